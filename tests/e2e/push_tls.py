"""Pushing over TLS with an authority of one's own, a server name, a client certificate and a token
from a file; then token, certificates and authority change while the program runs. A destination
whose certificate does not fit gets nothing.

usage: push_tls.py HOSTPULSE"""

import http.server
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading

import harness
from certificates import make_certificate, make_certificates, write_file

ROTATIONS = 10
CONFIG = """\
global: {{interval: 200ms}}
remote_write:
  - name: good
    url: https://127.0.0.1:{port}/good
    queue_config: {{batch_send_deadline: 0s, max_backoff: 1s}}
    authorization: {{credentials_file: {directory}/token}}
    tls_config:
      ca_file: {directory}/ca.pem
      cert_file: {directory}/client.pem
      key_file: {directory}/client.key
      server_name: push.test
  - name: misnamed
    url: https://127.0.0.1:{port}/misnamed
    queue_config: {{batch_send_deadline: 0s, max_backoff: 1s}}
    tls_config:
      ca_file: {directory}/ca.pem
      cert_file: {directory}/client.pem
      key_file: {directory}/client.key
  - name: rotating
    url: https://127.0.0.1:{port}/rotating
    queue_config: {{batch_send_deadline: 0s, max_backoff: 1s}}
    authorization: {{credentials_file: {directory}/rotating-token}}
    tls_config:
      ca_file: {directory}/ca.pem
      cert_file: {directory}/both.pem
      key_file: {directory}/both.pem
      server_name: push.test
  - name: distrusted
    url: https://127.0.0.1:{port}/distrusted
    queue_config: {{batch_send_deadline: 0s, max_backoff: 1s}}
    tls_config: {{server_name: push.test}}
"""


def rotate_under_load(directory, server, port):
    """A new certificate with its key and a new token again and again, while requests go out: every one is
    answered, and none is sent again."""
    before = answers(port, "good")
    for turn in range(ROTATIONS):
        fresh = f"{directory}/rotation{turn}"
        os.mkdir(fresh)
        for name in ("ca.pem", "ca.key"):
            shutil.copy(f"{directory}/{name}", fresh)
        make_certificate(fresh, "client", f"rotated {turn}")
        pair = open(f"{fresh}/client.pem").read() + open(f"{fresh}/client.key").read()
        write_file(f"{directory}/both.pem", pair)
        write_file(f"{directory}/rotating-token", f"token-{turn}\n")
        server.wait_for(f"rotation {turn}", client=f"rotated {turn}", token=f"Bearer token-{turn}")
    after = answers(port, "rotating")
    assert set(after) == {"204"}, after
    assert answers(port, "good").keys() == before.keys(), "the others were disturbed"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        subject = dict(part[0] for part in self.connection.getpeercert()["subject"])
        self.server.seen.append((self.path, subject["commonName"], self.headers["Host"],
                                 self.headers["Authorization"], self.connection.version()))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


class Server:
    """An HTTPS server that wants a certificate of the directory's authority."""

    def __init__(self, directory, port):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{directory}/server.pem", f"{directory}/server.key")
        context.load_verify_locations(f"{directory}/ca.pem")
        context.verify_mode = ssl.CERT_REQUIRED
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler, False)
        self._server.daemon_threads = True
        self._server.allow_reuse_address = True
        self._server.server_bind()
        self._server.server_activate()
        # The handshake belongs to the connection's thread, so that a bad one blocks nobody.
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True,
                                                  do_handshake_on_connect=False)
        self._server.handle_error = lambda *_: None
        self._server.seen = self.seen = []
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def wait_for(self, what, **wanted):
        def found():
            return [one for one in list(self.seen)
                    if ("client" not in wanted or one[1] == wanted["client"])
                    and ("token" not in wanted or one[3] == wanted["token"])]
        return harness.wait_until(found, what, timeout=20)[0]


def answers(port, destination):
    """{code: count} of the requests to a destination."""
    text = harness.request(f"http://127.0.0.1:{port}/metrics").text
    family = harness.parse_exposition(text).get("hostpulse_push_requests_total")
    labels = [dict(found) | {"count": count} for (_, found), count in family.samples.items()] if family else []
    return {one["code"]: one["count"] for one in labels if one["destination"] == destination}


def requests_without_answer(port, destination):
    return answers(port, destination).get("none", 0)


def check_names(port):
    """promtool has nothing to say about our own metrics."""
    text = harness.request(f"http://127.0.0.1:{port}/metrics").text
    ours = "".join(line + "\n" for line in text.splitlines() if "hostpulse_push_" in line)
    assert ours
    checked = subprocess.run([harness.find_tool("promtool"), "check", "metrics"], input=ours,
                             capture_output=True, text=True, check=False)
    assert checked.returncode == 0 and not checked.stdout + checked.stderr, checked


def main(hostpulse):
    port, own = harness.free_port(), harness.free_port()
    with tempfile.TemporaryDirectory() as directory:
        make_certificates(directory, 1)
        write_file(f"{directory}/token", "first-token\n")
        write_file(f"{directory}/rotating-token", "first\n")
        write_file(f"{directory}/both.pem", open(f"{directory}/client.pem").read() + open(f"{directory}/client.key").read())
        config = f"{directory}/hostpulse.yml"
        write_file(config, CONFIG.format(port=port, directory=directory))
        with harness.Process([hostpulse, f"--config.file={config}", f"--push.queue-dir={directory}/queue",
                              f"--web.listen-address=127.0.0.1:{own}"]) as pushing:
            with Server(directory, port) as server:
                pushing.wait_listening(own)
                seen = server.wait_for("a request", client="client 1", token="Bearer first-token")
                assert seen[0] == "/good" and seen[2] == f"127.0.0.1:{port}", seen
                assert seen[4] == "TLSv1.3", seen
                write_file(f"{directory}/token", "second-token\n")
                server.wait_for("the new token", token="Bearer second-token")
                for name in ("misnamed", "distrusted"):
                    harness.wait_until(lambda name=name: requests_without_answer(own, name) > 0,
                                       f"{name} fails", timeout=20)
                check_names(own)
                assert {one[0] for one in server.seen} == {"/good", "/rotating"}, set(server.seen)
                rotate_under_load(directory, server, own)
            make_certificates(directory, 2)
            # The first try with the new ones finds no receiver, while the connection that was made
            # with the old ones still has its thread: it must not be used again.
            failed = requests_without_answer(own, "good")
            harness.wait_until(lambda: requests_without_answer(own, "good") > failed,
                               "a request while the receiver is away", timeout=20)
            with Server(directory, port) as server:
                server.wait_for("the new certificates", client="client 2")
            assert pushing.stop() == 0, pushing.output()
            assert "second-token" not in pushing.output()
            print("TLS: verified, rotated, refused where it did not fit")


if __name__ == "__main__":
    main(sys.argv[1])
