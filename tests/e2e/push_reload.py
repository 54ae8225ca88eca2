"""Reloads while pushing and being scraped: collectors, levels, labels, destinations and the web configuration change
time and again, and so does nothing, and the file is broken in between. Every collection arrives, each with all its
series, and every scrape is answered.

usage: push_reload.py PATH-OF-HOSTPULSE
"""

import json
import math
import pathlib
import signal
import sys
import tempfile
import threading
import time

import harness

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))
from benchmarks.sink import Sink  # noqa: E402: found by the line above.

COUNTER = "hostpulse_push_collections_total"
STEADY = "node_load1"
COMING_AND_GOING = "node_uname_info"
ROUNDS = 24
INTERVAL_MS = 100
LONGEST_PAUSE_MS = 2000


def configuration(turn, urls):
    """The file of this turn; every fifth one is broken."""
    if turn % 5 == 4:
        return "global: {interval: 100ms\nremote_write: nonsense\n"
    destinations = [{"name": "steady", "url": urls[0], "queue_config": {"batch_send_deadline": "0s"}}]
    if turn % 3 == 1:
        destinations.append({"name": "guest", "url": urls[1], "queue_config": {"batch_send_deadline": "0s"}})
    return json.dumps({
        "global": {"interval": f"{INTERVAL_MS}ms", "instance": "here",
                   "external_labels": {"turn": str(turn // 6)}},
        "collectors": {"uname": turn % 2 == 0},
        "log": {"loggers": {"push": "debug" if turn % 4 == 0 else "info"}},
        "web": {"config_file": "web.yml"},
        "remote_write": destinations,
    })


def values(sink, name):
    """{milliseconds: value} of everything that came, staleness markers left out."""
    found = {}
    for request in sink.requests:
        for labels, samples in request.series():
            if labels.get(b"__name__") == name.encode():
                found.update({when: value for when, value in samples if not math.isnan(value)})
    return found


class Scraper(threading.Thread):
    """Scrapes until it is told to stop; keeps what went wrong."""

    def __init__(self, port):
        super().__init__()
        self.port, self.problems, self.count = port, [], 0
        self.stopping = threading.Event()

    def run(self):
        while not self.stopping.is_set():
            try:
                answer = harness.request(f"http://127.0.0.1:{self.port}/metrics")
                if answer.status != 200 or STEADY not in answer.text:
                    self.problems.append((answer.status, answer.text[:200]))
                self.count += 1
            except OSError as problem:
                self.problems.append(problem)
            time.sleep(0.02)

    def stop(self):
        self.stopping.set()
        self.join()


def reload_again_and_again(process, directory, urls):
    loaded = failed = 0
    for turn in range(ROUNDS):
        (directory / "hostpulse.yml").write_text(configuration(turn, urls))
        (directory / "web.yml").write_text(f"http_server_config: {{headers: {{X-XSS-Protection: '{turn}'}}}}\n")
        process.signal(signal.SIGHUP)
        failed += turn % 5 == 4
        loaded += turn % 5 != 4
        harness.wait_until(lambda: process.output().count('msg="configuration loaded"') == loaded
                           and process.output().count("the one in force stays") >= failed, f"reload {turn}")
        time.sleep(0.3)


def check_collections(sink):
    counted = sorted(values(sink, COUNTER).items())
    numbers = [int(value) for _, value in counted]
    assert numbers == list(range(len(numbers))), f"a collection is missing: {numbers}"
    times = [when for when, _ in counted]
    pauses = [after - before for before, after in zip(times, times[1:])]
    assert max(pauses) < LONGEST_PAUSE_MS, max(pauses)
    assert set(values(sink, STEADY)) == set(times), "a series is not in every collection"
    some = len(values(sink, COMING_AND_GOING))
    assert 0 < some < len(times), (some, len(times))
    return len(times)


def check_books(port):
    families = harness.parse_exposition(harness.request(f"http://127.0.0.1:{port}/metrics").text)
    for name in ("rejected", "dropped", "delivered_unknown"):
        family = families[f"hostpulse_push_samples_{name}_total"]
        lost = {labels: value for (_, labels), value in family.samples.items()
                if value and ("destination", "steady") in labels}
        assert not lost, (name, lost)


def main(hostpulse):
    port = harness.free_port()
    sinks = [Sink(harness.free_port()), Sink(harness.free_port())]
    urls = [sink.url for sink in sinks]
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        (directory / "hostpulse.yml").write_text(configuration(0, urls))
        (directory / "web.yml").write_text("http_server_config: {}\n")
        for sink in sinks:
            sink.up()
        argv = [hostpulse, f"--config.file={directory}/hostpulse.yml", f"--web.listen-address=127.0.0.1:{port}",
                f"--push.queue-dir={directory}/queue", "--collector.disable-defaults", "--collector.loadavg"]
        with harness.Process(argv) as process:
            process.wait_listening(port)
            scraper = Scraper(port)
            scraper.start()
            try:
                reload_again_and_again(process, directory, urls)
            finally:
                scraper.stop()
            assert not scraper.problems, scraper.problems[:3]
            check_books(port)
            assert process.stop() == 0, process.output()[-2000:]
        count = check_collections(sinks[0])
        assert sinks[1].requests, "the guest got nothing"
        for sink in sinks:
            sink.down()
        print(f"{ROUNDS} reloads: {count} collections delivered, none missing; {scraper.count} scrapes answered")


if __name__ == "__main__":
    main(sys.argv[1])
