"""A Debian of its own for tests of what is installed: a directory copied from the one that scripts/debian-base made, in which
commands run, or which is booted with systemd (systemd-nspawn) in a network of its own.

usage: debian_host.py BASE makes that directory; where it cannot, the tests that want it skip themselves"""

import contextlib
import os
import pathlib
import shutil
import subprocess
import sys

import harness


def need(*tools):
    """Skips where these tests cannot run."""
    if os.geteuid() != 0:
        harness.skip("root is needed")
    for tool in tools:
        harness.find_tool(tool)


class DebianHost:
    """Made in `directory` as a copy of `base`; removed by whoever made the directory."""

    def __init__(self, base, directory):
        if not pathlib.Path(base, "etc/debian_version").exists():
            harness.skip(f"{base} is not there: scripts/debian-base makes it")
        self.root = pathlib.Path(directory)
        subprocess.run(["cp", "-a", "--reflink=auto", f"{base}/.", self.root], check=True)
        self._leader = None

    def path(self, name):
        return self.root / name.lstrip("/")

    def write(self, name, text):
        self.path(name).parent.mkdir(parents=True, exist_ok=True)
        self.path(name).write_text(text)

    def copy(self, file, directory="/root"):
        shutil.copy(file, self.path(directory))

    def _enter(self):
        if self._leader:
            return ["nsenter", "--target", str(self._leader), "--mount", "--uts", "--ipc", "--net", "--pid", "--root", "--wdns=/"]
        return ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--resolv-conf=off", "--console=pipe",
                "-D", str(self.root)]

    def run(self, command, check=True, timeout=120):
        """The output of a shell command line: in the booted host, or in a container that is not booted."""
        environment = ["/usr/bin/env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C.UTF-8",
                       "DEBIAN_FRONTEND=noninteractive"]
        done = subprocess.run([*self._enter(), *environment, "/bin/sh", "-c", command], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=timeout, check=False)
        if check and done.returncode != 0:
            if self._leader and "journalctl" in done.stderr:
                done.stderr += self.run("journalctl --no-pager -u 'hostpulse*' | tail -20", check=False)
            raise AssertionError(f"{command}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout.strip()

    def inside(self, argv):
        """The same argv for a program of this machine that has the booted host's network only."""
        return ["nsenter", "--target", str(self._leader), "--net", *argv]

    def get(self, path, port=9100, *options):
        """What curl prints of this path of the booted host."""
        argv = self.inside(["curl", "-sS", "--max-time", "20", *options, f"http://127.0.0.1:{port}{path}"])
        return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False).stdout

    @contextlib.contextmanager
    def booted(self):
        # What nspawn itself would refuse, a container's clock, is left to the units, which are what is tested.
        argv = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network", "--resolv-conf=off",
                "--console=pipe", "--system-call-filter=@clock", "-D", str(self.root), "--boot"]
        with harness.Process(argv) as process:
            try:
                self._leader = harness.wait_until(lambda: _systemd_below(process), "systemd starts", 30)
                harness.wait_until(lambda: self.run("systemctl is-system-running", check=False) in ("running", "degraded"),
                                   "the host is up", 60, 0.2)
                yield
            finally:
                self._leader = None
                process.stop(timeout=30)


def _systemd_below(process):
    if not process.running():
        raise RuntimeError(f"systemd-nspawn ended:\n{process.output()}")
    children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    for child in children:
        with contextlib.suppress(OSError):
            if pathlib.Path(f"/proc/{child}/comm").read_text().strip() == "systemd":
                return int(child)
    return None


def make_base(directory):
    if os.geteuid() != 0 or shutil.which("debootstrap") is None:
        print("no root, or no debootstrap: not made")
        return
    script = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "debian-base"
    subprocess.run([script, directory], check=True)


if __name__ == "__main__":
    make_base(sys.argv[1])
