"""The systemd units: sound and hardened to systemd's own measure, and the program tells the service manager when it is
ready, reloads, lives and stops. package.py runs them under a systemd.

usage: service_unit.py HOSTPULSE"""

import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile

import harness

UNITS = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "systemd"
EXPOSURE = 3.0


def expect(condition, *context):
    if not condition:
        raise AssertionError(" ".join(map(str, context)))


def run(*argv):
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)


def units_are_sound(directory):
    """As systemd reads them, with the program where they look for it."""
    tool = harness.find_tool("systemd-analyze")
    for unit in UNITS.iterdir():
        text = unit.read_text().replace("/usr/bin/hostpulse", BINARY)
        (directory / unit.name).write_text(text)
    for unit in UNITS.iterdir():
        answer = run(tool, "verify", "--man=no", str(directory / unit.name))
        problems = [line for line in answer.stderr.splitlines() if "hostpulse" in line]
        expect(not problems, unit.name, problems)
    answer = run(tool, "security", "--offline=yes", str(UNITS / "hostpulse.service"))
    exposure = float(re.search(r"exposure level for \S+ ([\d.]+)", answer.stdout)[1])
    expect(exposure < EXPOSURE, answer.stdout)
    print(f"  exposure {exposure}")


class Manager:
    """The end of the notification socket that systemd has."""

    def __init__(self, path):
        self.path = str(path)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(10)

    def next(self, skipping=()):
        while True:
            message = self.socket.recv(4096).decode()
            if message not in skipping:
                return message


def manager_is_told(directory):
    manager = Manager(directory / "notify")
    port = harness.free_port()
    environment = {"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "400000"}
    with harness.Process([BINARY, f"--web.listen-address=127.0.0.1:{port}"], env=environment) as process:
        alive = ("WATCHDOG=1",)
        expect(manager.next().startswith(f"READY=1\nSTATUS=serving /metrics at 127.0.0.1:{port}"), "ready")
        expect(harness.request(f"http://127.0.0.1:{port}/metrics").status == 200, "it serves when it says so")
        for _ in range(4):
            expect(manager.next() == "WATCHDOG=1", "alive")
        process.signal(signal.SIGHUP)
        expect(manager.next(alive).startswith("RELOADING=1\nMONOTONIC_USEC="), "reloading")
        expect(manager.next(alive).startswith("READY=1\n"), "ready again")
        process.signal(signal.SIGTERM)
        expect(manager.next(alive) == "STOPPING=1", "stopping")
        expect(process.wait() == 0, process.output())


def main():
    with tempfile.TemporaryDirectory() as name:
        units_are_sound(pathlib.Path(name))
        manager_is_told(pathlib.Path(name))


BINARY = os.path.abspath(sys.argv[1])
if __name__ == "__main__":
    main()
