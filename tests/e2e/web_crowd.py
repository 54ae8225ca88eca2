"""A crowd before the listener: a thousand connections that say nothing, five hundred that never come to the end of
their headers, bodies that drip, half handshakes. Scrapes are answered all the while, with little memory; and whoever
sends too much, or too many scrapes at once, is told so.

usage: web_crowd.py HOSTPULSE"""

import contextlib
import http.client
import pathlib
import resource
import socket
import ssl
import sys
import tempfile
import threading
import time

import certificates
import harness

IDLE = 1000
SLOW = 500
BOUND_SECONDS = 10  # Of a scrape; it takes milliseconds. The worst one is printed.
MEMORY_KIB = 64 * 1024
HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"


def expect(condition, *context):
    if not condition:
        raise AssertionError(" ".join(map(str, context)))


def memory_kib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    raise AssertionError("no VmHWM")


def connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=BOUND_SECONDS)


class Crowd:
    """Connections that are kept open, some of them with a byte now and then."""

    def __init__(self, port, stack):
        self.port = port
        self.sockets = []
        self.dripping = []
        self.stopping = threading.Event()
        stack.callback(self.close)

    def add(self, count, first=b"", drip=b""):
        for _ in range(count):
            one = connect(self.port)
            if first:
                one.sendall(first)
            self.sockets.append(one)
            if drip:
                self.dripping.append((one, drip))

    def drip(self):
        """Everybody who drips sends its bytes, and comes back where it was sent away."""
        for i, (one, byte) in enumerate(self.dripping):
            try:
                one.sendall(byte)
            except OSError:
                one.close()
                with contextlib.suppress(OSError):
                    fresh = connect(self.port)
                    fresh.sendall(b"GET /metrics HTTP/1.1\r\nHost: a\r\n")
                    self.dripping[i] = (fresh, byte)
                    self.sockets.append(fresh)

    def close(self):
        for one in self.sockets:
            one.close()


def scrape(port, tls=None):
    began = time.monotonic()
    if tls is None:
        answer = harness.request(f"http://127.0.0.1:{port}/metrics", timeout=BOUND_SECONDS)
        status, size = answer.status, len(answer.body)
    else:
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=BOUND_SECONDS, context=tls)
        with contextlib.closing(connection):
            connection.request("GET", "/metrics")
            answer = connection.getresponse()
            status, size = answer.status, len(answer.read())
    expect(status == 200 and size > 1000, "a scrape:", status, size)
    return time.monotonic() - began


def stand_the_crowd(process, port, crowd, seconds, tls=None):
    worst = 0
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        crowd.drip()
        worst = max(worst, scrape(port, tls))
        time.sleep(0.2)
    # Plain HTTP is told so at the port of TLS.
    expect(harness.request(f"http://127.0.0.1:{port}/-/healthy").status == (200 if tls is None else 400), "healthy")
    expect(memory_kib(process.pid) < MEMORY_KIB, "memory:", memory_kib(process.pid), "KiB")
    print(f"  worst scrape {worst * 1000:.0f} ms, {memory_kib(process.pid)} KiB at most")


def plain_crowd():
    port = harness.free_port()
    with contextlib.ExitStack() as stack:
        process = stack.enter_context(harness.Process([BINARY, f"--web.listen-address=127.0.0.1:{port}"]))
        process.wait_listening(port)
        crowd = Crowd(port, stack)
        crowd.add(IDLE)
        crowd.add(SLOW, b"GET /metrics HTTP/1.1\r\nHost: a\r\n", drip=b"X: y\r\n")
        crowd.add(20, b"POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 4000\r\n\r\n", drip=b"x")
        stand_the_crowd(process, port, crowd, seconds=7)


def crowd_of_handshakes():
    port = harness.free_port()
    with contextlib.ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory())
        certificates.make_certificates(directory, 1, address=True)
        pathlib.Path(directory, "web.yml").write_text(
            "tls_server_config: {cert_file: server.pem, key_file: server.key}\n")
        process = stack.enter_context(harness.Process(
            [BINARY, f"--web.listen-address=127.0.0.1:{port}", f"--web.config.file={directory}/web.yml"]))
        process.wait_listening(port)
        crowd = Crowd(port, stack)
        crowd.add(500)
        crowd.add(500, HELLO)
        stand_the_crowd(process, port, crowd, 4, ssl.create_default_context(cafile=f"{directory}/ca.pem"))


def who_sends_too_much():
    """Gets an error, whole, and nothing else; what it sent is not kept."""
    port = harness.free_port()
    with harness.Process([BINARY, f"--web.listen-address=127.0.0.1:{port}"]) as process:
        process.wait_listening(port)

        def answer_to(request):
            with connect(port) as one:
                with contextlib.suppress(OSError):
                    one.sendall(request)
                received = b""
                with contextlib.suppress(OSError):
                    while chunk := one.recv(65536):
                        received += chunk
            return received
        head = b"GET /metrics HTTP/1.1\r\nHost: a\r\n"
        for name, request, status in (
                ("headers", head + b"X: " + b"x" * 10_000_000, b"431"),
                ("url", b"GET /" + b"x" * 10_000_000, b"431"),
                ("body", b"POST /loggers/http HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n" + b"x" * 9_000_000,
                 b"413"),
                ("encoding", b"GET /%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", b"400"),
                ("query", b"GET /metrics?collect[]=%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", b"400"),
                ("smuggling", b"POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n"
                              b"\r\n0\r\n\r\nGET /loggers HTTP/1.1\r\nHost: a\r\n\r\n", b"400")):
            received = answer_to(request)
            expect(received.startswith(b"HTTP/1.1 " + status), name, received[:200])
            expect(received.count(b"HTTP/1.1 ") == 1, name, "is answered twice", received[:500])
        scrape(port)
        expect(memory_kib(process.pid) < MEMORY_KIB, "memory:", memory_kib(process.pid), "KiB")


def too_many_scrapes():
    """Beyond --web.max-requests scrapes get 503, and every one is counted."""
    port = harness.free_port()
    argv = [BINARY, f"--web.listen-address=127.0.0.1:{port}", "--web.max-requests=2"]
    with harness.Process(argv) as process:
        process.wait_listening(port)
        statuses = []

        def ask():
            for _ in range(60):
                statuses.append(harness.request(f"http://127.0.0.1:{port}/metrics").status)
        threads = [threading.Thread(target=ask) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        expect(set(statuses) == {200, 503}, set(statuses))
        families = harness.parse_exposition(harness.request(f"http://127.0.0.1:{port}/metrics").text)
        counted = {dict(labels)["code"]: value
                   for (_, labels), value in families["promhttp_metric_handler_requests_total"].samples.items()}
        expect(counted["200"] == statuses.count(200) and counted["503"] == statuses.count(503), counted,
               {status: statuses.count(status) for status in set(statuses)})
        print(f"  {statuses.count(200)} answered, {statuses.count(503)} told to come again")


def main():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 8192)), hard))
    for test in (plain_crowd, crowd_of_handshakes, who_sends_too_much, too_many_scrapes):
        test()
        print(f"ok {test.__name__}")


BINARY = sys.argv[1]
if __name__ == "__main__":
    main()
