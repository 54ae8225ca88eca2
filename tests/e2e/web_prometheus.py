"""A real Prometheus scrapes each format, over TLS with a password and with a client certificate, and takes the same
number of samples everywhere.

usage: web_prometheus.py HOSTPULSE"""

import contextlib
import json
import pathlib
import subprocess
import sys
import tempfile
import urllib.parse

import certificates
import harness

USERS = "basic_auth_users: {prometheus: %s}\n"
TLS = "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n"
MUTUAL = "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.pem\n"
# Whose series stay the same while other tests bring interfaces and mounts.
STEADY = ["--collector.disable-defaults", "--collector.cpu", "--collector.meminfo", "--collector.vmstat"]
TYPES = {"text": "text/plain", "openmetrics": "application/openmetrics-text",
         "protobuf": "application/vnd.google.protobuf"}


def expect(condition, *context):
    if not condition:
        raise AssertionError(" ".join(map(str, context)))


def bcrypt(password):
    """By libcrypt, as htpasswd would make it."""
    script = "use strict; print crypt($ARGV[0], '$2y$04$' . './' x 11);"
    return subprocess.run([harness.find_tool("perl"), "-e", script, password], check=True, capture_output=True,
                          text=True).stdout


class Prometheus:
    """One that scrapes a target by the name of its job each second."""

    def __init__(self, process, port):
        self.process, self.port = process, port

    def query(self, expression):
        url = f"http://127.0.0.1:{self.port}/api/v1/query?query={urllib.parse.quote(expression)}"
        answer = harness.request(url)
        result = json.loads(answer.text)["data"]["result"] if answer.status == 200 else []
        return float(result[0]["value"][1]) if result else None

    def error(self, job):
        targets = json.loads(harness.request(f"http://127.0.0.1:{self.port}/api/v1/targets").text)["data"]
        return [target["lastError"] for target in targets["activeTargets"] if target["scrapePool"] == job]


@contextlib.contextmanager
def prometheus(directory, jobs, *arguments):
    port = harness.free_port()
    config = pathlib.Path(directory, "prometheus.yml")
    config.write_text(json.dumps({"global": {"scrape_interval": "1s"}, "scrape_configs": jobs}))
    with tempfile.TemporaryDirectory() as data:
        argv = [harness.find_tool("prometheus"), f"--config.file={config}", f"--storage.tsdb.path={data}",
                f"--web.listen-address=127.0.0.1:{port}", *arguments]
        with harness.Process(argv) as process:
            process.wait_listening(port, timeout=30)
            yield Prometheus(process, port)


def job(name, port, **more):
    return {"job_name": name, "static_configs": [{"targets": [f"127.0.0.1:{port}"]}], **more}


@contextlib.contextmanager
def exporter(*arguments):
    port = harness.free_port()
    argv = [BINARY, f"--web.listen-address=127.0.0.1:{port}", *arguments]
    with harness.Process(argv) as process:
        process.wait_listening(port)
        yield process, port


def wait_scraped(server, name):
    try:
        harness.wait_until(lambda: server.query(f'up{{job="{name}"}}') == 1, f"{name} is up", 30, 0.2)
    except TimeoutError as late:
        raise AssertionError(f"{late}: {server.error(name)}") from late


def formats(directory):
    scraped = {}
    for name, serve, take in (("text", [], []), ("openmetrics", ["--web.enable-openmetrics"], []),
                              ("protobuf", [], ["--enable-feature=native-histograms"])):
        with exporter("--log.level=debug", *STEADY, *serve) as (process, port), \
                prometheus(directory, [job(name, port)], *take) as server:
            wait_scraped(server, name)
            harness.wait_until(lambda: (server.query("scrape_samples_scraped") or 0) > 100, "samples", 10, 0.2)
            lines = [line for line in process.output().splitlines() if "path=/metrics" in line]
            expect(lines and all(f"type={TYPES[name]} " in line for line in lines), name, lines[:1])
            expect(server.query("node_memory_MemTotal_bytes") > 0, name)
            expect(server.query("count(node_cpu_seconds_total)") > 4, name)
            scraped[name] = server.query("scrape_samples_scraped")
            problems = [line for line in server.process.output().splitlines()
                        if "level=warn" in line and "scrape" in line]
            expect(not problems, problems)
    # A counter of the exporter's own, of the first 503 for example, may come between two of them.
    expect(max(scraped.values()) - min(scraped.values()) <= 5, scraped)


def credentials(directory):
    web = pathlib.Path(directory, "web.yml")
    users = USERS % bcrypt("secret")
    tls = {"scheme": "https", "tls_config": {"ca_file": f"{directory}/ca.pem"}}
    with_client = {"scheme": "https", "tls_config": {
        "ca_file": f"{directory}/ca.pem", "cert_file": f"{directory}/client.pem", "key_file": f"{directory}/client.key"}}
    password = {"basic_auth": {"username": "prometheus", "password": "secret"}}
    wrong = {"basic_auth": {"username": "prometheus", "password": "guess"}}
    for text, good, bad, why in ((users, password, wrong, "401"), (TLS + users, {**tls, **password}, tls, "401"),
                                 (TLS + MUTUAL, with_client, tls, "tls")):
        web.write_text(text)
        with exporter(f"--web.config.file={web}") as (_, port), \
                prometheus(directory, [job("good", port, **good), job("bad", port, **bad)]) as server:
            wait_scraped(server, "good")
            # Whoever is refused within the handshake may find the connection reset before it has read the alert, so
            # not every scrape names the reason.
            harness.wait_until(lambda: any(why in error for error in server.error("bad")), f"refused for {why}", 30, 0.2)
            expect(server.query('up{job="bad"}') == 0, server.error("bad"))


def main():
    harness.find_tool("prometheus")
    with tempfile.TemporaryDirectory() as directory:
        certificates.make_certificates(directory, 1, address=True)
        for test in (formats, credentials):
            test(directory)
            print(f"ok {test.__name__}")


BINARY = sys.argv[1]
if __name__ == "__main__":
    main()
