"""A minute of pushing into a real Prometheus and a real VictoriaMetrics while that Prometheus also
scrapes; midway it is killed and started again. Afterwards no collection is missing anywhere.

usage: push_outage.py HOSTPULSE"""

import json
import os
import signal
import sys
import tempfile
import time
import urllib.parse

import harness

SECONDS = 60
COUNTER = "hostpulse_push_collections_total"  # Rises by one with each collection.

CONFIG = """\
global: {{interval: 1s, job: pushed, instance: e2e, external_labels: {{site: test}}}}
remote_write:
  - name: prometheus
    url: http://127.0.0.1:{prometheus}/api/v1/write
    queue_config: {{batch_send_deadline: 0s}}
  - name: victoria
    url: http://127.0.0.1:{victoria}/api/v1/write
    queue_config: {{batch_send_deadline: 0s}}
"""

SCRAPE_CONFIG = """\
global: {{scrape_interval: 1s}}
scrape_configs:
  - job_name: scraped
    static_configs: [{{targets: ["127.0.0.1:{hostpulse}"]}}]
"""


class Receiver:
    """Something that answers Prometheus' query API."""

    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}/api/v1"

    def query(self, expression):
        """The result of an instant query, now."""
        parameters = urllib.parse.urlencode({"query": expression})
        answer = harness.request(f"{self.url}/query?{parameters}")
        if answer.status != 200:
            raise RuntimeError(f"{expression}: {answer.status}: {answer.text}")
        return json.loads(answer.text)["data"]["result"]

    def samples(self, series):
        """Every sample of one series as [(timestamp, value)]."""
        result = self.query(f"{series}[10m]")
        assert len(result) == 1, f"{series}: {len(result)} series"
        return [(float(when), float(value)) for when, value in result[0]["values"]]

    def count(self, series):
        result = self.query(f"count_over_time({series}[10m])")
        return int(float(result[0]["value"][1])) if result else 0


def start_prometheus(port, directory, config):
    return harness.Process([
        harness.find_tool("prometheus"), f"--config.file={config}",
        f"--storage.tsdb.path={directory}/prometheus", f"--web.listen-address=127.0.0.1:{port}",
        "--web.enable-remote-write-receiver"])


def wait_ready(process, port, path):
    process.wait_listening(port, timeout=30)
    harness.wait_until(lambda: harness.request(f"http://127.0.0.1:{port}{path}").status == 200,
                       f"{process.argv[0]} ready", timeout=30)


def own_metric(port, name, **labels):
    families = harness.parse_exposition(
        harness.request(f"http://127.0.0.1:{port}/metrics").text)
    wanted = tuple(sorted(labels.items()))
    return families[name].samples[(name, wanted)]


def write_file(path, text):
    with open(f"{path}.new", "w") as file:
        file.write(text)
    os.rename(f"{path}.new", path)


def check(receiver, name):
    """No collection is missing: the counter's values are consecutive, and up is there as often."""
    samples = receiver.samples(f'{COUNTER}{{job="pushed"}}')
    values = [int(value) for _, value in samples]
    assert values == list(range(values[0], values[0] + len(values))), f"{name}: gaps: {values}"
    assert values[0] <= 1, f"{name}: begins with {values[0]}"
    beats = receiver.samples('up{job="pushed",instance="e2e",site="test"}')
    assert {value for _, value in beats} == {1.0}
    assert [when for when, _ in beats][-len(samples):] == [when for when, _ in samples]
    assert receiver.count('up{job="pushed"}') == len(beats) >= SECONDS - 5, f"{name}: {len(beats)}"
    return beats


def names(receiver, job):
    """The names of our metrics that came under a job; the last ten minutes', stale or not."""
    selector = f'{{job="{job}",__name__=~"node_.+"}}[10m]'
    result = receiver.query(f"count by (__name__) (last_over_time({selector}))")
    return {series["metric"]["__name__"] for series in result}


def main(hostpulse):
    victoria_tool = harness.find_tool("victoria-metrics")
    ports = {name: harness.free_port() for name in ("hostpulse", "prometheus", "victoria")}
    with tempfile.TemporaryDirectory() as directory:
        config, scrape = f"{directory}/hostpulse.yml", f"{directory}/prometheus.yml"
        write_file(config, CONFIG.format(**ports))
        write_file(scrape, SCRAPE_CONFIG.format(**ports))
        textfile = f"{directory}/textfile"
        os.mkdir(textfile)
        write_file(f"{textfile}/passing.prom", "passing 1\n")
        prometheus, victoria = Receiver(ports["prometheus"]), Receiver(ports["victoria"])

        receiver = start_prometheus(ports["prometheus"], directory, scrape)
        with harness.Process([
                victoria_tool, f"-storageDataPath={directory}/victoria", "-retentionPeriod=1",
                "-search.latencyOffset=1s",
                f"-httpListenAddr=127.0.0.1:{ports['victoria']}"]) as other:
            try:
                wait_ready(receiver, ports["prometheus"], "/-/ready")
                wait_ready(other, ports["victoria"], "/health")
                with harness.Process([
                        hostpulse, f"--config.file={config}", f"--push.queue-dir={directory}/queue",
                        f"--web.listen-address=127.0.0.1:{ports['hostpulse']}",
                        f"--collector.textfile.directory={textfile}"]) as pushing:
                    pushing.wait_listening(ports["hostpulse"])
                    start = time.monotonic()
                    time.sleep(SECONDS / 3)
                    receiver.signal(signal.SIGKILL)
                    receiver.wait()
                    time.sleep(SECONDS / 6)
                    receiver = start_prometheus(ports["prometheus"], directory, scrape)
                    os.remove(f"{textfile}/passing.prom")
                    time.sleep(max(0, SECONDS - (time.monotonic() - start)))
                    wait_ready(receiver, ports["prometheus"], "/-/ready")

                    for name in ("prometheus", "victoria"):
                        harness.wait_until(
                            lambda name=name: own_metric(
                                ports["hostpulse"], "hostpulse_push_samples_queued",
                                destination=name) == 0, f"nothing queued for {name}", timeout=30)
                    assert own_metric(ports["hostpulse"],
                                      "hostpulse_push_skipped_ticks_total") == 0
                    stopping = time.monotonic()
                    assert pushing.stop() == 0, pushing.output()
                    assert time.monotonic() - stopping < 1, "the end took too long"

                beats = check(prometheus, "Prometheus")
                # VictoriaMetrics shows samples to queries after a moment.
                harness.wait_until(lambda: victoria.count('up{job="pushed"}') == len(beats),
                                   "VictoriaMetrics shows as many", timeout=45)
                assert check(victoria, "VictoriaMetrics") == beats
                for one in (prometheus, victoria):
                    assert not one.query('passing{job="pushed"}'), "no staleness marker"
                    assert one.count('passing{job="pushed"}') > 0
                pushed, scraped = (names(prometheus, job) for job in ("pushed", "scraped"))
                assert pushed and pushed == scraped, pushed ^ scraped
                scrapes = prometheus.count('up{job="scraped"}')
                assert scrapes >= SECONDS / 2, f"{scrapes} scrapes"
                print(f"{len(beats)} collections, none missing; {scrapes} scrapes meanwhile")
            finally:
                receiver.stop()


if __name__ == "__main__":
    main(sys.argv[1])
