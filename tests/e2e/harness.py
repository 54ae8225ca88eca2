"""What the end-to-end tests share: processes that are stopped by their pid, free ports, waits with
a bound, HTTP over loopback, and a reader of the text exposition. Standard library only."""

import contextlib
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

SKIP = 77  # ctest's SKIP_RETURN_CODE.


def skip(reason):
    """Ends the test as skipped, with the reason in ctest's log."""
    print(f"SKIPPED: {reason}")
    sys.exit(SKIP)


def find_tool(name):
    """Path of a program of the distribution, or a skip that names it."""
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin:/usr/bin")
    return path or skip(f"{name} is not installed")


def need_namespaces(*kinds):
    """Skips where unshare(1) may not make these, "--mount" for example."""
    answer = subprocess.run([find_tool("unshare"), *kinds, "true"], capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        skip(answer.stderr.strip())


def free_port():
    """A loopback port that was free a moment ago."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, what, timeout=10.0, every=0.02):
    """The first true value of condition(); TimeoutError naming `what` after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {timeout} s")
        time.sleep(every)


class Process:
    """A program that runs until stop() or the end of the `with` block; its output is kept."""

    def __init__(self, argv, env=None, cwd=None):
        self.argv = [str(word) for word in argv]
        self._log = tempfile.TemporaryFile()
        self._child = subprocess.Popen(
            self.argv, stdin=subprocess.DEVNULL, stdout=self._log, stderr=subprocess.STDOUT,
            env={**os.environ, **(env or {})}, cwd=cwd)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        self._log.close()

    @property
    def pid(self):
        return self._child.pid

    def running(self):
        return self._child.poll() is None

    def output(self):
        """Everything it wrote to stdout and stderr so far."""
        return os.pread(self._log.fileno(), 1 << 24, 0).decode(errors="replace")

    def signal(self, number):
        if self.running():
            os.kill(self.pid, number)

    def wait(self, timeout=10.0):
        """Its exit code, negative for a signal; TimeoutError if it still runs."""
        try:
            return self._child.wait(timeout)
        except subprocess.TimeoutExpired:
            raise TimeoutError(f"{self.argv[0]} did not end within {timeout} s") from None

    def stop(self, timeout=5.0):
        """SIGTERM, then SIGKILL; its exit code."""
        self.signal(signal.SIGTERM)
        try:
            return self.wait(timeout)
        except TimeoutError:
            self.signal(signal.SIGKILL)
            return self.wait(timeout)

    def wait_listening(self, port, timeout=10.0):
        """Returns once 127.0.0.1:port accepts; fails at once, with its output, if it ends."""
        def accepts():
            if not self.running():
                raise RuntimeError(f"{self.argv[0]} ended early:\n{self.output()}")
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return True
            return False
        wait_until(accepts, f"{self.argv[0]} on port {port}", timeout)
        return self


class Response:
    """Status code, headers (case-insensitive mapping) and body of an HTTP answer."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode()


def request(url, method="GET", body=None, headers=None, timeout=10.0):
    """One HTTP request without proxies and redirects; every status is an answer, not an error."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, body=body, headers=headers or {})
        answer = connection.getresponse()
        return Response(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


class Family:
    """A metric family: its type, help, and samples as {(sample name, ((label, value), ...)): float}
    with the labels sorted."""

    def __init__(self, name):
        self.name, self.type, self.help, self.samples = name, "untyped", None, {}


_COMMENT = re.compile(r"# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) ?(.*)")
_SAMPLE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)(?: (-?\d+))?")
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)')
_ESCAPE = {r"\\": "\\", r"\"": '"', r"\n": "\n"}


def _labels(text):
    found, at = [], 0
    while at < len(text):
        match = _LABEL.match(text, at)
        if not match:
            raise ValueError(f"bad labels: {text!r}")
        value = re.sub(r'\\[\\"n]', lambda escape: _ESCAPE[escape[0]], match[2])
        found.append((match[1], value))
        at = match.end()
    return tuple(sorted(found))


def _family_of(families, sample_name):
    for suffix, types in (("_bucket", ("histogram",)), ("_sum", ("histogram", "summary")),
                          ("_count", ("histogram", "summary"))):
        base = families.get(sample_name.removesuffix(suffix))
        if sample_name.endswith(suffix) and base and base.type in types:
            return base
    return families.setdefault(sample_name, Family(sample_name))


def parse_exposition(text):
    """{name: Family} of a text exposition 0.0.4. ValueError for what the format does not allow,
    and for a series that comes twice."""
    families = {}
    for line in text.split("\n"):
        if match := _COMMENT.fullmatch(line):
            family = families.setdefault(match[2], Family(match[2]))
            if match[1] == "TYPE":
                family.type = match[3]
            else:
                family.help = match[3]
        elif line and not line.startswith("#"):
            match = _SAMPLE.fullmatch(line)
            if not match:
                raise ValueError(f"bad line: {line!r}")
            key = (match[1], _labels(match[2] or ""))
            family = _family_of(families, match[1])
            if key in family.samples:
                raise ValueError(f"series twice: {line!r}")
            family.samples[key] = float(match[3])
    return families
