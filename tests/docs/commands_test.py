"""Runs every command of the documents as it is written, in a network where the servers that they name are real ones, and reads every
configuration that they show.

usage: commands_test.py HOSTPULSE

Blocks of a document run one after the other in the same directory, by bash -e. One that starts hostpulse to serve goes on
running beside the blocks behind it, until the next one that serves, or the end of the document."""

import contextlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
import field  # noqa: E402
import harness  # noqa: E402

DOCUMENTS = ["README.md", "docs/GUIDE.md", "docs/MIGRATING.md", "docs/OPERATIONS.md", "docs/CONFIGURATION.md", "docs/QUEUE.md",
             "docs/ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "deploy/README.md", "dashboards/README.md"]
# What needs more than this place, and who tries it.
ELSEWHERE = {
    "scripts/test": "is what runs this",
    "scripts/package": "e2e.package",
    "docker build": "e2e.image", "docker run": "e2e.image", "docker compose": "e2e.deployments", "kubectl apply": "e2e.deployments",
    "scripts/build fuzz": "tests/fuzz", "mkdir corpus": "tests/fuzz", "build/fuzz/": "tests/fuzz",
}
NAMES = ["prometheus.example", "victoria.example", "gateway.example"]


def expect(condition, *context):
    if not condition:
        raise AssertionError(" ".join(map(str, context)))


class Block:
    """A fenced block: its language, lines, and where it stands."""

    def __init__(self, document, line, language, text):
        self.place, self.language, self.text = f"{document}:{line}", language, text

    def commands(self):
        """One line each, without comments."""
        joined = self.text.replace("\\\n", " ")
        return [line.strip() for line in joined.splitlines() if line.strip() and not line.strip().startswith("#")]


def serves(command):
    """Whether it starts hostpulse to stay."""
    return bool(re.match(r"(\S*/)?hostpulse( --\S+)*( \$ARGS)?( +#.*)?$|scripts/run\b", command))


def blocks(document):
    found, at = [], None
    for number, line in enumerate((ROOT / document).read_text().splitlines(), 1):
        if at is None and line.startswith("```"):
            at, language, lines = number, line[3:].strip(), []
        elif at is not None and line == "```":
            found.append(Block(document, at, language, "\n".join(lines) + "\n"))
            at = None
        elif at is not None:
            lines.append(line)
    expect(at is None, document, "has a block that does not end")
    return found


class Document:
    """Runs the blocks of one in the checkout, which takes none of what they write."""

    def __init__(self, directory):
        self.directory = directory
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", directory], check=True)
        programs = pathlib.Path(directory, "bin")
        programs.mkdir()
        (programs / "hostpulse").symlink_to(BINARY)
        for name in ("upper", "work"):
            pathlib.Path(directory, name).mkdir()
        options = f"lowerdir={ROOT},upperdir={directory}/upper,workdir={directory}/work"
        subprocess.run(["mount", "-t", "overlay", "overlay", "-o", options, ROOT], check=True)
        self.environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}:/usr/sbin", "ARGS": "", "HOME": str(directory)}
        self.serving = contextlib.ExitStack()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.serving.close()
        for mount in (ROOT, self.directory):
            subprocess.run(["umount", "--lazy", mount], check=True)

    def script(self, text):
        return {"args": ["bash", "-e", "-o", "pipefail", "-c", text], "cwd": ROOT, "env": self.environment}

    def run(self, block):
        """What was left to other tests."""
        commands = block.commands()
        elsewhere = {command: why for command in commands for start, why in ELSEWHERE.items() if command.startswith(start)}
        told = [f"{block.place}: {command}: {why}" for command, why in elsewhere.items()]
        commands = [command for command in commands if command not in elsewhere]
        serving = [command for command in commands if serves(command)]
        for command in serving:
            self.serve(block, command)
        if commands and not serving:
            self.end(block, "\n".join(commands) if elsewhere else block.text)
        return told

    def end(self, block, text):
        # head ends the pipe behind a program that still writes.
        if "| head" in text:
            text = "set +o pipefail\n" + text
        done = subprocess.run(**self.script(text), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
        # diff says by 1 that it found what it was asked for.
        fine = (0, 1) if "\ndiff " in text else (0,)
        expect(done.returncode in fine, block.place, text, done.returncode, done.stdout[-2000:], done.stderr[-2000:])

    def serve(self, block, command):
        self.serving.close()
        script = self.script(f"exec {command}")
        process = self.serving.enter_context(harness.Process(script["args"], env=script["env"], cwd=script["cwd"]))
        try:
            process.wait_listening(9101 if ":9101" in command else 9100, 60)
        except (RuntimeError, TimeoutError) as error:
            raise AssertionError(f"{block.place}: {command}\n{error}") from error


def is_configuration(block):
    """Which program a YAML block is for."""
    keys = yaml.safe_load(block.text)
    first = block.text.splitlines()[0]
    if first.startswith("# ") and first.endswith(".yml"):
        return first[2:]
    if "scrape_configs" in keys:
        return "prometheus.yml"
    return "hostpulse.yml"


def read_configuration(document, block):
    """Takes it as its reader would, with the files that it names in place."""
    name = is_configuration(block)
    (ROOT / name).write_text(block.text)
    for path in re.findall(r"\w+_file: ([^\s,}]+)", block.text):
        if path.startswith("/etc/") and not pathlib.Path(path).exists():
            pathlib.Path(path).parent.mkdir(exist_ok=True)
            pathlib.Path(path).write_text("")
    command = {"prometheus.yml": "promtool check config --syntax-only prometheus.yml", "web.yml": "promtool check web-config web.yml"}.get(
        name, f"hostpulse describe --config.file={name} > loaded")
    document.end(block, command)


def overlay(path):
    """An empty directory in its place, in this test's mount namespace."""
    pathlib.Path(path).mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", path], check=True)


@contextlib.contextmanager
def receivers(directory):
    with contextlib.ExitStack() as stack:
        config = pathlib.Path(directory, "prometheus.yml")
        config.write_text("storage: {tsdb: {out_of_order_time_window: 7d}}\n")
        for argv, port in (
                (["prometheus", f"--config.file={config}", f"--storage.tsdb.path={directory}/tsdb", "--web.enable-remote-write-receiver"], 9090),
                (["victoria-metrics", f"-storageDataPath={directory}/victoria", "-retentionPeriod=1"], 8428),
                (["prometheus-pushgateway"], 9091)):
            harness.find_tool(argv[0])
            stack.enter_context(harness.Process(argv, cwd=directory)).wait_listening(port, 30)
        yield


def a_queue_to_look_at():
    """What QUEUE.md's reader has: a configured destination, and collections on disk."""
    pathlib.Path("/etc/hostpulse/hostpulse.yml").write_text(
        "global: {interval: 1s}\nremote_write: [{name: primary, url: 'http://victoria.example:8428/api/v1/write'}]\n")
    with harness.Process([BINARY, "--config.file=/etc/hostpulse/hostpulse.yml", "--web.listen-address=:9100"]) as process:
        process.wait_listening(9100)
        harness.wait_until(lambda: 'acked_total{destination="primary"} 0' not in harness.request("http://localhost:9100/metrics").text,
                           "something is pushed", 30, 0.2)


def try_document(name):
    told = []
    with tempfile.TemporaryDirectory() as directory, contextlib.ExitStack() as beside, Document(directory) as document:
        if name == "docs/QUEUE.md":
            a_queue_to_look_at()
        if name == "docs/MIGRATING.md":
            exporter = [harness.find_tool("prometheus-node-exporter"), "--web.listen-address=:9100"]
            beside.enter_context(harness.Process(exporter)).wait_listening(9100)
        for block in blocks(name):
            if block.language == "sh":
                told += document.run(block)
            elif block.language == "yaml":
                read_configuration(document, block)
            else:
                expect(not any(re.match(r"(hostpulse|curl|scripts/\S+)\s", line) for line in block.commands()), block.place,
                       "is a command and not marked as `sh`")
    return told


def main():
    field.enter(NAMES)
    for tool in ("promtool", "amtool", "htpasswd", "openssl", "curl"):
        harness.find_tool(tool)
    overlay("/etc/hostpulse")
    overlay("/var/lib/hostpulse")
    with tempfile.TemporaryDirectory() as directory, receivers(directory):
        for name in DOCUMENTS:
            elsewhere = try_document(name)
            print(f"ok {name}", *(f"  not here: {line}" for line in elsewhere), sep="\n", flush=True)


BINARY = os.path.abspath(sys.argv[1])
if __name__ == "__main__":
    main()
