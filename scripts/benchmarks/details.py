"""Looks closer at a scrape of hostpulse beside Debian's node_exporter, and at hostpulse alone.

"a scrape": system calls (strace) and allocations (valgrind, and what Go says of itself) of one. "floor": the CPU of reading the
files that a scrape reads, with nothing done to them, from kept descriptors. "formats": what each format and compression of the same samples takes.
"scrapers": how long an answer takes when 1, 10 and 40 ask at once (ab), each again as soon as it has its answer.
"""
import argparse
import json
import os
import pathlib
import re
import signal
import socket
import statistics
import subprocess
import tempfile
import time

from benchmarks.common import ROOT, collector_flags, cpu_seconds, free_port, need, need_built, print_table, start, wait_until
from benchmarks.scrape import Peer

SCRAPES = 40
FORMATS = {"text": "text/plain;version=0.0.4", "OpenMetrics": "application/openmetrics-text;version=1.0.0",
           "protobuf": "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"}


def system_calls(peer):
    """How many a scrape takes, all threads."""
    with tempfile.NamedTemporaryFile("r") as summary:
        trace = subprocess.Popen([need("strace", "strace"), "-f", "-c", "-U", "calls,name", "-o", summary.name, "-p", str(peer.process.pid)],
                                 stderr=subprocess.DEVNULL)
        time.sleep(1)
        for _ in range(SCRAPES):
            peer.scrape_again("identity")
        trace.send_signal(signal.SIGINT)
        trace.wait(10)
        total = re.search(r"^\s*(\d+)\s+total$", pathlib.Path(summary.name).read_text(), re.MULTILINE)
    return int(total[1]) / SCRAPES


def go_allocations(peer):
    def mallocs():
        return float(re.search(rb"^go_memstats_mallocs_total (\S+)$", peer.scrape_again("identity"), re.MULTILINE)[1])
    before = mallocs()
    for _ in range(SCRAPES):
        peer.scrape_again("identity")
    return (mallocs() - before) / (SCRAPES + 1)


def counted_allocations(binary, scrapes):
    """Of a whole run with so many scrapes."""
    port = free_port()
    with tempfile.NamedTemporaryFile("r") as log:
        process = subprocess.Popen([need("valgrind", "valgrind"), f"--log-file={log.name}", binary, *collector_flags(), "--log.level=error",
                                    f"--web.listen-address=127.0.0.1:{port}"], stderr=subprocess.DEVNULL)
        wait_until(lambda: answers(port), "hostpulse under valgrind", 60)
        for _ in range(scrapes):
            ask(port, "GET /metrics HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")
        process.terminate()
        process.wait(60)
        return int(re.search(r"total heap usage: ([\d,]+) allocs", pathlib.Path(log.name).read_text())[1].replace(",", ""))


def answers(port):
    try:
        ask(port, "GET /-/healthy HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")
        return True
    except OSError:
        return False


def ask(port, request):
    """Everything that comes until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(request.encode())
        data = bytearray()
        while part := connection.recv(1 << 16):
            data += part
        return data


def files_read(peer):
    """The files of the kernel's that one scrape reads."""
    with tempfile.NamedTemporaryFile("r") as log:
        trace = subprocess.Popen([need("strace", "strace"), "-f", "-y", "-e", "trace=read,pread64,readv,preadv", "-o", log.name, "-p",
                                  str(peer.process.pid)], stderr=subprocess.DEVNULL)
        time.sleep(1)
        peer.scrape_again("identity")
        trace.send_signal(signal.SIGINT)
        trace.wait(10)
        return sorted(set(re.findall(r"\d+<(/(?:proc|sys)/[^>]+)>", log.read())))


def floor(peer):
    tool = need_built(ROOT / "build/release/tests/core/read_floor")
    paths = files_read(peer)
    said = subprocess.run([tool, "2000"], input="\n".join(paths), capture_output=True, text=True, check=True).stdout.split()
    before = cpu_seconds(peer.process.pid)
    for _ in range(5 * SCRAPES):
        peer.scrape_again("identity")
    scrape = (cpu_seconds(peer.process.pid) - before) / (5 * SCRAPES) * 1e3
    return {"files": int(said[1]), "bytes_read": int(said[2]), "cpu_ms_of_bare_reads": float(said[0]), "cpu_ms_of_a_scrape": scrape,
            "ratio": scrape / float(said[0])}


def formats(binary):
    """{format and compression: {figure: value}} of hostpulse."""
    figures = {}
    peer = Peer("hostpulse", [binary, "--web.enable-openmetrics"])
    try:
        for name, accept in FORMATS.items():
            for encoding in ("identity", "gzip", "zstd"):
                headers = {"Accept": accept, "Accept-Encoding": encoding}

                def once():
                    peer.connection.request("GET", "/metrics", headers=headers)
                    return len(peer.connection.getresponse().read())
                size = once()
                before = cpu_seconds(peer.process.pid)
                for _ in range(5 * SCRAPES):
                    once()
                figures[f"{name}, {'plain' if encoding == 'identity' else encoding}"] = {
                    "bytes": size, "cpu_ms": (cpu_seconds(peer.process.pid) - before) / (5 * SCRAPES) * 1e3}
    finally:
        peer.stop()
    return figures


def scrapers(peer, count):
    """Milliseconds of an answer, median and 99th percentile, with so many asking at once."""
    with tempfile.NamedTemporaryFile("r") as percentiles:
        subprocess.run([need("ab", "apache2-utils"), "-q", "-k", "-c", str(count), "-n", str(max(1000, count * SCRAPES)), "-H", "Accept-Encoding: gzip",
                        "-e", percentiles.name, f"http://127.0.0.1:{peer.port}/metrics"], stdout=subprocess.DEVNULL, check=True)
        rows = dict(line.strip().split(",") for line in percentiles.read().splitlines()[1:])
    return {f"p50_ms_{count}": float(rows["50"]), f"p99_ms_{count}": float(rows["99"])}


def measure(binary):
    commands = {"hostpulse": [binary], "node_exporter": [need("prometheus-node-exporter", "prometheus-node-exporter")]}
    peers = {name: Peer(name, argv) for name, argv in commands.items()}
    try:
        for peer in peers.values():
            for _ in range(SCRAPES):
                peer.scrape_again("gzip")
        crowd = {name: {} for name in peers}
        for count in (1, 10, 40):
            for name, peer in peers.items():
                rounds = [scrapers(peer, count) for _ in range(3)]
                crowd[name].update({key: statistics.median(one[key] for one in rounds) for key in rounds[0]})
        for figures in crowd.values():
            figures["p99_40_by_p99_1"] = figures["p99_ms_40"] / figures["p99_ms_1"]
        bare = floor(peers["hostpulse"])
        single = {name: {"system_calls": system_calls(peer)} for name, peer in peers.items()}
        single["node_exporter"]["allocations"] = go_allocations(peers["node_exporter"])
    finally:
        for peer in peers.values():
            peer.stop()
    single["hostpulse"]["allocations"] = (counted_allocations(binary, 60) - counted_allocations(binary, 20)) / 40
    return {"a scrape": single, "scrapers": crowd, "floor": {"hostpulse": bare}, "formats": formats(binary)}


def show(title, figures):
    print(f"\n{title}")
    keys = dict.fromkeys(key for values in figures.values() for key in values)
    print_table(["", *keys], [[name] + [values.get(key) for key in keys] for name, values in figures.items()])


def main(arguments):
    options = argparse.ArgumentParser(prog="scripts/bench details", description=__doc__,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--binary", default=str(ROOT / "build/release/hostpulse"))
    options.add_argument("--json", help="write the figures there as well")
    options = options.parse_args(arguments)
    figures = measure(need_built(options.binary))
    for title, part in figures.items():
        show(title, part)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(figures, indent=2) + "\n")
