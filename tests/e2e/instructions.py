"""How many instructions a scrape of the host in tests/fixtures takes, under callgrind, beside what was written down: a test that
says when they grow by more than a tenth.

usage: instructions.py HOSTPULSE [--update]     --update writes tests/fixtures/instructions.json anew"""

import json
import pathlib
import re
import sys
import tempfile

import fixture_host
import harness

FILE = pathlib.Path(__file__).resolve().parents[1] / "fixtures" / "instructions.json"
# Warm, so that what is made once is made.
FEW, MANY = 10, 60
ROOM = 1.1


def total(arguments, path, scrapes):
    """Instructions of a whole run with so many scrapes."""
    port = harness.free_port()
    with tempfile.TemporaryDirectory() as directory:
        argv = [harness.find_tool("valgrind"), "--tool=callgrind", f"--callgrind-out-file={directory}/out", BINARY,
                f"--web.listen-address=127.0.0.1:{port}", *arguments]
        with harness.Process(argv) as process:
            process.wait_listening(port, 60)
            for _ in range(scrapes):
                answer = harness.request(f"http://127.0.0.1:{port}{path}", timeout=60)
                if answer.status != 200:
                    raise AssertionError(answer.text)
            process.stop(60)
        return int(re.search(r"^(?:summary|totals): (\d+)", pathlib.Path(directory, "out").read_text(), re.MULTILINE)[1])


def main():
    with tempfile.TemporaryDirectory() as directory:
        host = pathlib.Path(directory)
        fixture_host.host_archive.unpack(fixture_host.TESTS / "fixtures/host.tree", host)
        arguments = fixture_host.our_arguments(host, fixture_host.BOTH)
        # Of every collector that there is, and of none: what a request costs by itself.
        figures = {name: (total(arguments, path, MANY) - total(arguments, path, FEW)) // (MANY - FEW)
                   for name, path in (("scrape", "/metrics"), ("health", "/-/healthy"))}
    if "--update" in sys.argv:
        FILE.write_text(json.dumps(figures, indent=2) + "\n")
    written = json.loads(FILE.read_text())
    for name, instructions in figures.items():
        print(f"{name}: {instructions} instructions, {instructions / written[name]:.3f} of what was written down")
    grown = [name for name, instructions in figures.items() if instructions > written[name] * ROOM]
    if grown:
        raise AssertionError(f"more than {ROOM} times what {FILE.name} says: {grown}; if that is right, run this with --update")


BINARY = sys.argv[1]
if __name__ == "__main__":
    main()
