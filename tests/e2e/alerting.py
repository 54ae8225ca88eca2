"""The alert rules in a real Prometheus and the Alertmanager configuration in a real Alertmanager, over a real
hostpulse: an alert goes to the receiver of its tier, and what a worse one speaks for stays away. Only the waits are
shorter than those that are shipped.

usage: alerting.py HOSTPULSE"""

import http.server
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time

import harness

ROOT = pathlib.Path(__file__).resolve().parents[2]
RULES = ROOT / "dashboards" / "rules"
ALERTMANAGER = ROOT / "deploy" / "alertmanager" / "alertmanager.yml"
WAITS = {"10s": "0s", "30s": "2s", "1m": "1s", "5m": "4s", "30m": "1s"}


def expect(condition, *context):
    if not condition:
        raise AssertionError(" ".join(map(str, context)))


class Receiver:
    """Webhooks; keeps (path, alert name, instance, status) of everything that comes."""

    def __init__(self):
        received = self.received = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                for alert in message["alerts"]:
                    labels = alert["labels"]
                    received.append((self.path, labels["alertname"], labels.get("instance"), alert["status"]))
                    expect(alert["annotations"]["runbook"], alert)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def has(self, path, alert, instance, status="firing"):
        return (path, alert, instance, status) in self.received


def shipped_with_shorter_waits(directory, receiver):
    """Rules and Alertmanager configuration as they are shipped, but for their patience."""
    for rules in RULES.glob("*.rules.yml"):
        (directory / rules.name).write_text(re.sub(r"^( +for:) \d+[smh]$", r"\1 0s", rules.read_text(), flags=re.M))
    text = ALERTMANAGER.read_text().replace("127.0.0.1:8060", f"127.0.0.1:{receiver.port}")
    text = re.sub(r"(group_wait|group_interval): (\w+)", lambda found: f"{found[1]}: {WAITS[found[2]]}", text)
    (directory / "alertmanager.yml").write_text(text)
    answer = subprocess.run([harness.find_tool("amtool"), "check-config", str(ALERTMANAGER)], capture_output=True, text=True,
                            timeout=30, check=False)
    expect(answer.returncode == 0, answer.stdout, answer.stderr)


def prometheus_config(ports, alertmanager):
    """Two hosts: one fares well but for its configuration; of the other one a job answers and one does not."""
    def job(name, instance, port):
        return {"job_name": name, "static_configs": [{"targets": [f"127.0.0.1:{port}"], "labels": {"instance": instance}}]}
    return json.dumps({
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": ["*.rules.yml"],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [f"127.0.0.1:{alertmanager}"]}]}]},
        "scrape_configs": [job("node", "fares", ports[0]), job("other", "away", ports[0]),
                           job("gone", "away", ports[1])],
    })


def break_the_configuration(directory, process):
    (directory / "hostpulse.yml").write_text("global: {intervall: 15s}\n")
    process.signal(1)
    harness.wait_until(lambda: "the one in force stays" in process.output(), "a reload that fails")


def main(hostpulse):
    prometheus, alertmanager = harness.find_tool("prometheus"), harness.find_tool("prometheus-alertmanager")
    receiver = Receiver()
    ports = [harness.free_port() for _ in range(4)]
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        shipped_with_shorter_waits(directory, receiver)
        (directory / "hostpulse.yml").write_text("{}\n")
        (directory / "prometheus.yml").write_text(prometheus_config(ports, ports[2]))
        with harness.Process([hostpulse, f"--web.listen-address=127.0.0.1:{ports[0]}",
                              f"--config.file={directory}/hostpulse.yml"]) as process, \
             harness.Process([alertmanager, f"--config.file={directory}/alertmanager.yml",
                              f"--storage.path={directory}/alerts", f"--web.listen-address=127.0.0.1:{ports[2]}",
                              "--cluster.listen-address="]) as manager:
            process.wait_listening(ports[0])
            manager.wait_listening(ports[2], timeout=30)
            break_the_configuration(directory, process)
            with harness.Process([prometheus, f"--config.file={directory}/prometheus.yml",
                                  f"--storage.tsdb.path={directory}/data",
                                  f"--web.listen-address=127.0.0.1:{ports[3]}"]) as server:
                server.wait_listening(ports[3], timeout=30)
                harness.wait_until(lambda: receiver.has("/p1", "HostHeartbeatMissing", "away"), "P1", 60, 0.2)
                harness.wait_until(lambda: receiver.has("/p3", "HostpulseConfigurationNotTaken", "fares"), "P3", 60, 0.2)
                time.sleep(6)  # More than P3 waits.
                expect(not receiver.has("/p3", "HostpulseConfigurationNotTaken", "away"), receiver.received)
                wrong = [one for one in receiver.received if one[0] == "/p1" and one[1] != "HostHeartbeatMissing"]
                expect(not wrong, wrong)
                (directory / "hostpulse.yml").write_text("{}\n")
                process.signal(1)
                harness.wait_until(
                    lambda: receiver.has("/p3", "HostpulseConfigurationNotTaken", "fares", "resolved"), "resolved", 60, 0.2)
    print(f"{len(receiver.received)} alerts received, each by its tier")


if __name__ == "__main__":
    main(sys.argv[1])
