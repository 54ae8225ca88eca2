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

FIRST_ANSWER_SECONDS = 60  # At most; a large host takes its time.
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
        while time.perf_counter() - started < FIRST_ANSWER_SECONDS:
            try:
                self.scrape("identity")
                return time.perf_counter() - started
            except OSError:
                self.connection = None
                if self.process.poll() is not None:
                    sys.exit(f"bench: {self.name} ended with {self.process.returncode}")
                time.sleep(0.0005)
        sys.exit(f"bench: {self.name} did not answer within {FIRST_ANSWER_SECONDS} s")

    def scrape(self, encoding):
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=FIRST_ANSWER_SECONDS)
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


def large_host_flags(program, host):
    """So that it reads that host, and does not ask the running kernel instead where it could."""
    known = subprocess.run([program, "--help"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                           check=True).stdout
    return ([f"--path.procfs={host}/proc", f"--path.sysfs={host}/sys", f"--path.rootfs={host}/root"] +
            [f"--no-{flag}" for flag in ("collector.arp.netlink", "collector.netclass.netlink", "collector.netdev.netlink")
             if f"--[no-]{flag}" in known])


def measure_starts(commands, rounds):
    """{name: [milliseconds from the start of the program to its first answer]}."""
    starts = {name: [] for name in commands}
    for _ in range(rounds):
        for name, argv in commands.items():
            peer = Peer(name, argv)
            starts[name].append(peer.first_answer * 1e3)
            peer.stop()
    return starts


def measure(peers, rounds, scrapes):
    for encoding in ("gzip", "identity"):
        for peer in peers:  # Warm up: caches, garbage collector, compressors.
            for _ in range(min(20, scrapes)):
                peer.scrape_again(encoding)
    time.sleep(SETTLE_SECONDS)
    for encoding in ("gzip", "identity"):
        for _ in range(rounds):
            for peer in peers:
                peer.round(encoding, scrapes)
    for peer in peers:
        body = peer.scrape_again("identity")
        peer.add("samples", sum(1 for line in body.splitlines() if not line.startswith(b"#")))
        peer.add("body_kib", len(body) / 1024)
        peer.add("pss_mib", smaps(peer.process.pid, "Pss:"))
        peer.add("private_mib", smaps(peer.process.pid, "Private"))


def bench(commands, rounds, scrapes):
    """{name: {figure: median}}."""
    starts = measure_starts(commands, rounds)
    peers = [Peer(name, argv) for name, argv in commands.items()]
    try:
        measure(peers, rounds, scrapes)
        for peer in peers:
            peer.figures["start_to_first_scrape_ms"] = starts[peer.name]
            peer.add("binary_mib", os.path.getsize(os.path.realpath(commands[peer.name][0])) / 2**20)
    finally:
        for peer in peers:
            peer.stop()
    return {peer.name: {name: statistics.median(values) for name, values in peer.figures.items()} for peer in peers}


def bench_large(commands, rounds, scrapes):
    sys.path.insert(0, str(ROOT / "tests/support"))
    import large_host
    sizes = large_host.FULL.part(4)
    print(f"a host of {', '.join(f'{count} {name}' for name, count in sizes._asdict().items())}")
    with large_host.temporary_host(sizes) as host:
        commands = {name: argv + large_host_flags(argv[0], host) for name, argv in commands.items()}
        return bench(commands, rounds, scrapes)


def enter_network(interfaces):
    """Goes on in a network of its own with so many interfaces, asked of the kernel itself."""
    if os.environ.get("HOSTPULSE_BENCH_NETWORK") is None:
        if os.geteuid() != 0:
            sys.exit("bench: --interfaces needs root, to make a network")
        os.execve(need("unshare", "util-linux"), ["unshare", "--net", "--mount", sys.executable, *sys.argv],
                  {**os.environ, "HOSTPULSE_BENCH_NETWORK": "1"})
    subprocess.run(["mount", "-t", "sysfs", "sysfs", "/sys"], check=True)
    pairs = "".join(f"link add name veth{i} type veth peer name peer{i}\n" for i in range(interfaces // 2))
    subprocess.run([need("ip", "iproute2"), "-batch", "-"], input=f"link set lo up\n{pairs}", text=True, check=True)
    print(f"a host with {interfaces} interfaces")


def main(arguments):
    options = argparse.ArgumentParser(prog="scripts/bench", description=__doc__,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--binary", default=str(ROOT / "build/release/hostpulse"))
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--scrapes", type=int, help="in each round; default: 100, 10 with --interfaces, 3 with --large")
    options.add_argument("--large", action="store_true",
                         help="of a host with thousands of interfaces, mounts and processes, made of files")
    options.add_argument("--interfaces", type=int, metavar="N", help="in a network of its own with N of them")
    options.add_argument("--json", help="write the figures there as well")
    options = options.parse_args(arguments)
    if options.interfaces:
        enter_network(options.interfaces)
    commands = {"hostpulse": [need_built(options.binary)],
                "node_exporter": [need("prometheus-node-exporter", "prometheus-node-exporter")]}
    if options.large:
        medians = bench_large(commands, options.rounds, options.scrapes or 3)
    else:
        medians = bench(commands, options.rounds, options.scrapes or (10 if options.interfaces else 100))
    ours, theirs = medians.values()
    print_table([f"median of {options.rounds} rounds", *medians, "ratio"],
                [[name, ours[name], theirs[name], ours[name] / theirs[name]] for name in ours])
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(medians, indent=2) + "\n")
