"""kill -9 and SIGTERM while the receiver is away: when a real Prometheus is there at last, it gets every
collection that was queued.

usage: push_restart.py PATH-OF-HOSTPULSE
"""

import signal
import sys
import tempfile
import time

import harness
import push_outage

RUNS = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGKILL)
SCRAPE_CONFIG = "scrape_configs: []\n"


def command(hostpulse, ports, directory):
    return [hostpulse, f"--web.listen-address=127.0.0.1:{ports['hostpulse']}", "--push.interval=1s",
            f"--push.url=http://127.0.0.1:{ports['prometheus']}/api/v1/write", "--push.instance=here",
            f"--push.queue-dir={directory}/queue", "--collector.disable-defaults", "--collector.loadavg"]


def own_metric(ports, name):
    """Of hostpulse itself, of a series without labels."""
    return push_outage.own_metric(ports["hostpulse"], f"hostpulse_push_{name}")


def run_and_end(hostpulse, ports, directory, end):
    """One run of three collections at least; how many were in the queue just before it ended."""
    with harness.Process(command(hostpulse, ports, directory)) as pushing:
        pushing.wait_listening(ports["hostpulse"])
        harness.wait_until(lambda: own_metric(ports, "collections_total") >= 3, "three collections")
        count = own_metric(ports, "queue_collections")
        pushing.signal(end)
        start = time.monotonic()
        code = pushing.wait()
        assert end == signal.SIGKILL or (code == 0 and time.monotonic() - start < 5), pushing.output()
        return count


def main(hostpulse):
    harness.find_tool("prometheus")
    ports = {name: harness.free_port() for name in ("hostpulse", "prometheus")}
    with tempfile.TemporaryDirectory() as directory:
        config = f"{directory}/prometheus.yml"
        push_outage.write_file(config, SCRAPE_CONFIG)
        counts = [run_and_end(hostpulse, ports, directory, end) for end in RUNS]
        assert counts == sorted(counts) and counts[-1] >= 3 * len(RUNS), counts

        receiver = push_outage.start_prometheus(ports["prometheus"], directory, config)
        with receiver, harness.Process(command(hostpulse, ports, directory)) as pushing:
            push_outage.wait_ready(receiver, ports["prometheus"], "/-/ready")
            pushing.wait_listening(ports["hostpulse"])
            prometheus = push_outage.Receiver(ports["prometheus"])
            series = 'up{instance="here",job="node"}'
            harness.wait_until(lambda: prometheus.count(series) > counts[-1], "every collection", timeout=30)
            for name in ("rejected", "delivered_unknown"):
                total = f"hostpulse_push_samples_{name}_total"
                destination = harness.request(f"http://127.0.0.1:{ports['hostpulse']}/metrics").text
                assert all(value == 0 for value in
                           harness.parse_exposition(destination)[total].samples.values()), total
        print(f"{counts[-1]:.0f} collections of {len(RUNS)} runs that ended came, none missing")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
