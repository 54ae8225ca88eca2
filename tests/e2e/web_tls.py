"""What openssl s_client finds at the TLS port: which versions, suites and renegotiations there are and are not, with
certificates that fit, do not fit, have expired, or change while clients come.

usage: web_tls.py HOSTPULSE"""

import contextlib
import http.client
import pathlib
import ssl
import subprocess
import sys
import tempfile
import threading
import time

import certificates
import harness

SWAPS = 12


def expect(condition, *context):
    if not condition:
        raise AssertionError(" ".join(map(str, context)))


def s_client(port, *words, request=b"GET /-/healthy HTTP/1.0\r\n\r\n", wait=0.0):
    """What it prints, the answer of the server included; `wait` seconds between request and end of input."""
    argv = [harness.find_tool("openssl"), "s_client", "-connect", f"127.0.0.1:{port}", "-ign_eof", *words]
    child = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    with contextlib.suppress(BrokenPipeError):
        child.stdin.write(request)
        child.stdin.flush()
        time.sleep(wait)
    with contextlib.suppress(subprocess.TimeoutExpired):
        return child.communicate(timeout=10)[0].decode(errors="replace")
    child.kill()
    return child.communicate()[0].decode(errors="replace")


def works(port, *words):
    return "hostpulse is healthy." in s_client(port, *words)


@contextlib.contextmanager
def serving(directory, more="", key="server"):
    port = harness.free_port()
    web = pathlib.Path(directory, "web.yml")
    web.write_text(f"tls_server_config:\n  cert_file: {key}.pem\n  key_file: {key}.key\n{more}")
    with harness.Process([BINARY, f"--web.listen-address=127.0.0.1:{port}", f"--web.config.file={web}"]) as process:
        process.wait_listening(port)
        yield process, port


def versions_and_suites(directory):
    certificates.make_certificate(directory, "rsa", "localhost", certificates.RSA)
    for key in ("server", "rsa"):
        with serving(directory, key=key) as (_, port):
            expect(works(port, "-tls1_3"), key, "TLS 1.3")
            expect(works(port, "-tls1_2"), key, "TLS 1.2")
            for old in ("-tls1", "-tls1_1"):
                expect(not works(port, old, "-cipher", "ALL:@SECLEVEL=0"), key, old)
            for suites in ("kRSA", "DHE", "ECDHE+AES:!AESGCM", "AES128-SHA", "AES256-GCM-SHA384", "NULL", "aNULL"):
                expect(not works(port, "-tls1_2", "-cipher", f"{suites}:@SECLEVEL=0"), key, suites)
            for suites in ("ECDHE+AESGCM", "ECDHE+CHACHA20"):
                expect(works(port, "-tls1_2", "-cipher", suites), key, suites)


def nothing_is_resumed_or_renegotiated(directory):
    with serving(directory) as (_, port):
        for version in ("-tls1_2", "-tls1_3"):
            output = s_client(port, version, "-reconnect")
            expect("Reused, " not in output and output.count("New, ") == 6, version, output)
        expect("Compression: NONE" in s_client(port, "-tls1_2"), "compression")
        # A line with R alone asks s_client to renegotiate.
        output = s_client(port, "-tls1_2", "-no_ign_eof", request=b"R\n", wait=0.5)
        expect("no renegotiation" in output.partition("RENEGOTIATING")[2], output[-600:])


def plain_http_is_told(directory):
    with serving(directory) as (_, port):
        expect(harness.request(f"http://127.0.0.1:{port}/metrics").status == 400, "plain HTTP")
        expect(works(port, "-noservername"), "without SNI")
        expect(works(port, "-servername", "another.example"), "another name in SNI")


def client_certificates(directory):
    certificates.make_certificate(directory, "expired", "expired", days=-1)
    stranger = pathlib.Path(directory, "stranger")
    stranger.mkdir()
    certificates.make_certificates(stranger, 9)
    more = ("  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.pem\n"
            "  client_allowed_sans: [client-1]\n")

    def with_certificate(port, name):
        return works(port, "-cert", f"{directory}/{name}.pem", "-key", f"{directory}/{name}.key")
    with serving(directory, more) as (process, port):
        expect(with_certificate(port, "client"), "the client")
        expect(not works(port), "nobody")
        for other in ("expired", "server", "stranger/client"):
            expect(not with_certificate(port, other), other)
        expect(process.running(), "it runs on")


def swaps_under_load(directory):
    """Other certificates, curve and RSA by turns, and broken ones in between, while clients come: each is served."""
    context = ssl.create_default_context(cafile=f"{directory}/ca.pem")
    problems = []
    seen = set()
    stop = threading.Event()
    pairs = []
    for i in range(SWAPS):
        certificates.make_certificate(directory, f"pair{i}", f"pair {i}",
                                      certificates.RSA if i % 2 else certificates.CURVE, address=True)
        pairs.append(f"pair{i}")
    with serving(directory) as (process, port):

        def come():
            while not stop.is_set():
                try:
                    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=context)
                    with contextlib.closing(connection):
                        connection.request("GET", "/-/healthy")
                        answer = connection.getresponse()
                        expect(answer.status == 200 and answer.read(), "an answer")
                        certificate = connection.sock.getpeercert() if connection.sock else None
                        if certificate:
                            seen.add(certificate["subject"][0][0][1])
                except (OSError, AssertionError) as problem:
                    problems.append(repr(problem))
        threads = [threading.Thread(target=come) for _ in range(4)]
        for thread in threads:
            thread.start()
        for i, pair in enumerate(pairs):
            if i % 3 == 0:
                certificates.write_file(f"{directory}/server.pem", "broken")
                time.sleep(0.05)
            for kind in ("pem", "key"):
                certificates.write_file(f"{directory}/server.{kind}", pathlib.Path(f"{directory}/{pair}.{kind}").read_text())
            harness.wait_until(lambda i=i: f"pair {i}" in seen or problems, f"pair {i}", 10)
        stop.set()
        for thread in threads:
            thread.join()
        expect(not problems, problems[:3])
        expect("kept the old TLS certificate" in process.output(), "a word about the broken one")


def main():
    with tempfile.TemporaryDirectory() as directory:
        certificates.make_certificates(directory, 1, address=True)
        for test in (versions_and_suites, nothing_is_resumed_or_renegotiated, plain_http_is_told, client_certificates,
                     swaps_under_load):
            test(directory)
            print(f"ok {test.__name__}")


BINARY = sys.argv[1]
if __name__ == "__main__":
    main()
