"""Measures a scrape of hostpulse beside Debian's node_exporter, in turns in one run.

Both serve the same collectors on loopback ports and are scraped in alternating rounds, as Prometheus
scrapes: one kept connection, gzip accepted; and once more without gzip. CPU is the process's own
clock (user and system, all threads), memory is PSS after the run. Figures are medians over the
rounds; the ratio is hostpulse / node_exporter.
"""
import argparse
import http.client
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

from benchmarks.common import (ROOT, collector_flags, cpu_seconds, free_port, need, need_built, print_table,
                               smaps)

SETTLE_SECONDS = 6  # After which both have given back what their start needed, if they ever do.


class Peer:
    def __init__(self, name, argv):
        self.name = name
        self.port = free_port()
        argv = argv + [f"--web.listen-address=127.0.0.1:{self.port}", "--log.level=error"] + collector_flags()
        started = time.perf_counter()
        self.process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.connection = None
        self.first_answer = self.wait_for_first_answer(started)
        self.figures = {}

    def wait_for_first_answer(self, started):
        while time.perf_counter() - started < 10:
            try:
                self.scrape("identity")
                return time.perf_counter() - started
            except OSError:
                self.connection = None
                if self.process.poll() is not None:
                    sys.exit(f"bench: {self.name} ended with {self.process.returncode}")
                time.sleep(0.0005)
        sys.exit(f"bench: {self.name} did not answer within 10 s")

    def scrape(self, encoding):
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            self.connection.request("GET", "/metrics", headers={"Accept-Encoding": encoding})
            response = self.connection.getresponse()
            body = response.read()
        except (http.client.HTTPException, ConnectionError):
            self.connection.close()
            self.connection = None
            raise OSError("connection lost") from None
        if response.status != 200:
            sys.exit(f"bench: {self.name} answered {response.status}")
        return body

    def scrape_again(self, encoding):
        try:
            return self.scrape(encoding)
        except OSError:  # The kept connection was closed while idle: as Prometheus, try once more.
            return self.scrape(encoding)

    def round(self, encoding, scrapes):
        before = cpu_seconds(self.process.pid)
        latencies = []
        for _ in range(scrapes):
            start = time.perf_counter()
            self.scrape_again(encoding)
            latencies.append((time.perf_counter() - start) * 1e3)
        latencies.sort()
        self.add(f"cpu_ms_per_scrape_{encoding}", (cpu_seconds(self.process.pid) - before) / scrapes * 1e3)
        self.add(f"latency_p50_ms_{encoding}", latencies[len(latencies) // 2])
        self.add(f"latency_p99_ms_{encoding}", latencies[len(latencies) * 99 // 100])

    def add(self, name, value):
        self.figures.setdefault(name, []).append(value)

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=10)


def main(arguments):
    options = argparse.ArgumentParser(prog="scripts/bench", description=__doc__,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--binary", default=str(ROOT / "build/release/hostpulse"))
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--scrapes", type=int, default=100)
    options.add_argument("--json", help="write the figures there as well")
    options = options.parse_args(arguments)
    model = need("prometheus-node-exporter", "prometheus-node-exporter")
    need_built(options.binary)

    starts = {"hostpulse": [], "node_exporter": []}
    commands = {"hostpulse": [options.binary], "node_exporter": [model]}
    for _ in range(options.rounds):
        for name, argv in commands.items():
            peer = Peer(name, argv)
            starts[name].append(peer.first_answer * 1e3)
            peer.stop()

    peers = [Peer(name, argv) for name, argv in commands.items()]
    try:
        for encoding in ("gzip", "identity"):
            for peer in peers:  # Warm up: caches, garbage collector, compressors.
                for _ in range(20):
                    peer.scrape_again(encoding)
        time.sleep(SETTLE_SECONDS)
        for encoding in ("gzip", "identity"):
            for _ in range(options.rounds):
                for peer in peers:
                    peer.round(encoding, options.scrapes)
        for peer in peers:
            body = peer.scrape_again("identity")
            peer.add("samples", sum(1 for line in body.splitlines() if not line.startswith(b"#")))
            peer.add("body_kib", len(body) / 1024)
            peer.add("pss_mib", smaps(peer.process.pid, "Pss:"))
            peer.add("private_mib", smaps(peer.process.pid, "Private"))
            peer.figures["start_to_first_scrape_ms"] = starts[peer.name]
            peer.add("binary_mib", os.path.getsize(os.path.realpath(commands[peer.name][0])) / 2**20)
    finally:
        for peer in peers:
            peer.stop()

    medians = {p.name: {k: statistics.median(v) for k, v in p.figures.items()} for p in peers}
    ours, theirs = medians["hostpulse"], medians["node_exporter"]
    print_table([f"median of {options.rounds} rounds", "hostpulse", "node_exporter", "ratio"],
                [[name, ours[name], theirs[name], ours[name] / theirs[name]] for name in ours])
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(medians, indent=2) + "\n")
