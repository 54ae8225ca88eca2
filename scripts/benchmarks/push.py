"""Measures collecting and pushing once a second: hostpulse, node_exporter with vmagent, and
node_exporter with a Prometheus agent, all with the same collectors and settings as they come; and Netdata,
where it is installed, with its own.

One run has four parts. "live": what it costs while the receiver takes everything; hostpulse once for
each protocol. "outage": the receiver is away, then the sender is ended by kill -9 and by SIGTERM, and
comes back together with its receiver; a collection is lost where its heartbeat never arrives. "backlog":
hostpulse alone with a day that waits, 3,000 series each ten seconds and 500 each second.
CPU is the processes' own clock, memory their PSS, bytes are those of request bodies.
"""
import argparse
import getpass
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

from benchmarks.common import (ROOT, collector_flags, cpu_seconds, free_port, need, need_built, print_table,
                               smaps, start, stop, wait_until)
from benchmarks.sink import Sink

WARM_SECONDS = 8
HOSTPULSE_CONFIG = """\
global: {{interval: 1s, instance: bench}}
push: {{queue_dir: {directory}/queue}}
remote_write: [{{name: bench, url: "{url}", queue_config: {{batch_send_deadline: {deadline}}}}}]
"""
SCRAPE_CONFIG = """\
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs: [{{job_name: node, static_configs: [{{targets: ["127.0.0.1:{port}"]}}]}}]
"""


class Sender:
    """Programs that together collect and push into a sink."""

    def __init__(self, name, directory, sink):
        self.name, self.directory, self.sink = name, os.path.join(directory, name.replace(" ", "-")), sink
        os.makedirs(self.directory)
        self.log = open(os.path.join(self.directory, "log"), "ab")
        self.processes = []

    def write(self, name, text):
        path = os.path.join(self.directory, name)
        pathlib.Path(path).write_text(text)
        return path

    def start(self):
        self.processes = [start(argv, self.log) for argv in self.commands()]

    @property
    def pushing(self):
        """The one that has the queue; the others stay where it is ended."""
        return self.processes[-1]

    def restart(self):
        self.processes[-1] = start(self.commands()[-1], self.log)

    def expect_alive(self):
        for process in self.processes:
            if process.poll() is not None:
                log = pathlib.Path(self.log.name).read_text(errors="replace")
                sys.exit(f"bench: {self.name}: {process.args[0]} ended with {process.returncode}:\n{log[-2000:]}")

    def cpu(self):
        self.expect_alive()
        return sum(cpu_seconds(process.pid) for process in self.processes)

    def pss(self):
        self.expect_alive()
        return sum(smaps(process.pid, "Pss:") for process in self.processes)

    def disk(self):
        """Bytes of the queue as files have them."""
        return sum(entry.stat().st_size for entry in pathlib.Path(self.directory, "queue").rglob("*")
                   if entry.is_file())

    def stop(self):
        for process in self.processes:
            process.kill()
            process.wait()
        self.log.close()


class Hostpulse(Sender):
    def __init__(self, name, directory, sink, binary, deadline="5s"):
        super().__init__(name, directory, sink)
        self.port = free_port()
        config = self.write("hostpulse.yml", HOSTPULSE_CONFIG.format(directory=self.directory, url=sink.url,
                                                                     deadline=deadline))
        self.argv = [binary, f"--config.file={config}", f"--web.listen-address=127.0.0.1:{self.port}",
                     *collector_flags()]

    def commands(self):
        return [self.argv]


class WithNodeExporter(Sender):
    def __init__(self, name, directory, sink):
        super().__init__(name, directory, sink)
        self.port = free_port()
        self.exporter = [need("prometheus-node-exporter", "prometheus-node-exporter"), "--log.level=error",
                         f"--web.listen-address=127.0.0.1:{self.port}", *collector_flags()]

    def commands(self):
        return [self.exporter, self.agent]


class Vmagent(WithNodeExporter):
    def __init__(self, directory, sink):
        super().__init__("vmagent", directory, sink)
        config = self.write("scrape.yml", SCRAPE_CONFIG.format(port=self.port))
        self.agent = [need("vmagent", "victoria-metrics"), f"-promscrape.config={config}",
                      f"-remoteWrite.url={sink.url}", f"-remoteWrite.tmpDataPath={self.directory}/queue",
                      f"-httpListenAddr=127.0.0.1:{free_port()}"]


class Agent(WithNodeExporter):
    def __init__(self, directory, sink):
        super().__init__("Prometheus agent", directory, sink)
        config = self.write("scrape.yml", SCRAPE_CONFIG.format(port=self.port) +
                            f"remote_write: [{{url: {sink.url}}}]\n")
        self.agent = [need("prometheus", "prometheus"), "--enable-feature=agent", f"--config.file={config}",
                      f"--storage.agent.path={self.directory}/queue",
                      f"--web.listen-address=127.0.0.1:{free_port()}"]


class Netdata(Sender):
    """All that it collects as it comes, each second; it keeps that itself, since Debian's cannot push."""

    def __init__(self, directory, sink):
        super().__init__("Netdata", directory, sink)
        for name in ("etc", "cache", "lib", "logs"):
            os.makedirs(os.path.join(self.directory, name))
        directories = "".join(f"    {name} = {self.directory}/{path}\n" for name, path in (
            ("config", "etc"), ("cache", "cache"), ("lib", "lib"), ("log", "logs")))
        self.config = self.write("etc/netdata.conf", f"[global]\n    run as user = {getpass.getuser()}\n[directories]\n{directories}"
                                 f"[web]\n    bind to = 127.0.0.1:{free_port()}\n[statsd]\n    enabled = no\n")

    def commands(self):
        return [["/usr/sbin/netdata", "-D", "-c", self.config, "-P", f"{self.directory}/pid"]]

    def family(self):
        """Its own process and those that it started."""
        found = [self.processes[0].pid]
        for pid in found:
            for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
        return found

    def cpu(self):
        self.expect_alive()
        return sum(cpu_seconds(pid) for pid in self.family())

    def pss(self):
        self.expect_alive()
        return sum(smaps(pid, "Pss:") for pid in self.family())

    def stop(self):
        for pid in reversed(self.family()):
            os.kill(pid, signal.SIGKILL)
        super().stop()


def live(binary, directory, seconds):
    """{sender: {figure: value}} while the receivers take everything."""
    senders = [Hostpulse("hostpulse 2.0", directory, Sink(free_port(), "2.0"), binary),
               Hostpulse("hostpulse zstd", directory, Sink(free_port(), "zstd"), binary),
               Hostpulse("hostpulse 1.0", directory, Sink(free_port(), "1.0"), binary),
               Hostpulse("hostpulse 2.0 each second", directory, Sink(free_port(), "2.0"), binary, "0s"),
               Vmagent(directory, Sink(free_port())), Agent(directory, Sink(free_port()))]
    if os.path.exists("/usr/sbin/netdata"):
        senders.append(Netdata(directory, Sink(free_port())))
    try:
        for sender in senders:
            sender.sink.up()
            sender.start()
        time.sleep(WARM_SECONDS)
        before = {}
        for sender in senders:
            sender.sink.forget()
            before[sender.name] = sender.cpu(), time.monotonic()
        time.sleep(seconds)
        figures = {}
        for sender in senders:
            cpu, began = before[sender.name]
            took = time.monotonic() - began
            figures[sender.name] = {"cpu_ms_per_second": (sender.cpu() - cpu) / took * 1e3,
                                    "pss_mib": sender.pss()}
        for sender in senders:
            sender.sink.down()
            if sender.sink.requests:
                figures[sender.name].update({"samples_per_second": sender.sink.samples() / seconds,
                                             "wire_bytes_per_sample": sender.sink.bytes_a_sample()})
        return figures
    finally:
        for sender in senders:
            sender.stop()


def missing(times, until_ms):
    """How many seconds before `until_ms` have no heartbeat, of those since the first one."""
    seen = {round((when - min(times)) / 1000) for when in times}
    expected = int((until_ms - min(times)) / 1000) + 1
    return sum(1 for second in range(expected) if second not in seen)


def outage(binary, directory, number, seconds):
    """What is left of an outage of so many seconds that the sender does not survive."""
    directory = os.path.join(directory, signal.Signals(number).name)
    senders = [Hostpulse("hostpulse", directory, Sink(free_port()), binary), Vmagent(directory, Sink(free_port())),
               Agent(directory, Sink(free_port()))]
    figures = {sender.name: {} for sender in senders}
    ended = {}
    try:
        for sender in senders:
            sender.sink.up()
            sender.start()
        for sender in senders:
            wait_until(lambda s=sender: s.sink.requests, f"{sender.name} pushes", 30)
        time.sleep(WARM_SECONDS)
        for sender in senders:
            sender.sink.down()
            figures[sender.name]["pss_before_mib"] = sender.pss()
        time.sleep(seconds)
        for sender in senders:
            figures[sender.name]["pss_growth_mib"] = sender.pss() - figures[sender.name].pop("pss_before_mib")
            figures[sender.name]["queue_bytes"] = sender.disk()
        for sender in senders:
            ended[sender.name] = time.time() * 1e3
            sender.pushing.send_signal(number)
        for sender in senders:
            began = ended[sender.name]
            try:
                sender.pushing.wait(100)
                figures[sender.name]["exit_seconds"] = time.time() - began / 1e3
            except subprocess.TimeoutExpired:
                sender.pushing.kill()
        for sender in senders:
            sender.sink.up()
            already = len(sender.sink.requests)
            began = time.monotonic()
            sender.restart()
            wait_until(lambda s=sender, n=already: len(s.sink.requests) > n, f"{sender.name} pushes again", 60)
            figures[sender.name]["restart_to_first_request_seconds"] = time.monotonic() - began
        time.sleep(20)
        for sender in senders:
            figures[sender.name]["lost_collections"] = missing(sender.sink.points("up"), ended[sender.name])
        return figures
    finally:
        for sender in senders:
            sender.stop()
            sender.sink.down()


def backlog(binary, directory, series, interval):
    """How a day that waits in hostpulse's queue is kept and caught up with."""
    directory = os.path.join(directory, f"day-{series}")
    fill = need_built(ROOT / "build/release/tests/push/fill_queue")
    sender = Hostpulse("hostpulse", directory, Sink(free_port()), binary)
    idle = Hostpulse("idle", directory, Sink(free_port()), binary)
    try:
        subprocess.run([fill, f"{sender.directory}/queue", "bench", str(series), str(interval), "24"], check=True,
                       stdout=subprocess.DEVNULL)
        samples = series * 86400 // interval
        figures = {"samples": samples, "queue_mb": sender.disk() / 1e6, "bytes_per_sample": sender.disk() / samples}
        for one in (sender, idle):  # With nobody who takes anything.
            one.start()
        time.sleep(WARM_SECONDS)
        figures["pss_more_than_without_mib"] = sender.pss() - idle.pss()
        stop(sender.pushing)
        sender.sink.up()
        began = time.monotonic()
        sender.restart()
        wait_until(lambda: sender.sink.requests, "a first request", 60)
        figures["restart_to_first_request_seconds"] = time.monotonic() - began
        wait_until(lambda: last_backlog(sender) < 5 * 1000, "the backlog is sent", 600)
        figures["catch_up_seconds"] = time.monotonic() - began
        figures["catch_up_cpu_us_per_sample"] = sender.cpu() / samples * 1e6
        sender.sink.down()
        figures["catch_up_wire_bytes_per_sample"] = sum(r.size for r in sender.sink.requests) / samples
        return figures
    finally:
        sender.stop()
        idle.stop()


def last_backlog(sender):
    """Samples that wait, as hostpulse says from its first collection on."""
    with urllib.request.urlopen(f"http://127.0.0.1:{sender.port}/metrics", timeout=10) as answer:
        values = dict(line.rsplit(" ", 1) for line in answer.read().decode().splitlines() if not line.startswith("#"))
    if float(values.get("hostpulse_push_collections_total", 0)) == 0:
        return float("inf")
    return float(values['hostpulse_push_samples_queued{destination="bench"}'])


def show(title, figures, wanted=None):
    """A row for each figure, a column for each sender."""
    print(f"\n{title}")
    names = list(figures)
    keys = dict.fromkeys(key for values in figures.values() for key in values)
    rows = [[key] + [figures[name].get(key) for name in names] + ([wanted.get(key, "")] if wanted else [])
            for key in keys]
    print_table(["", *names] + (["reach"] if wanted else []), rows)


def main(arguments):
    options = argparse.ArgumentParser(prog="scripts/bench push", description=__doc__,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--binary", default=str(ROOT / "build/release/hostpulse"))
    options.add_argument("--seconds", type=int, default=40, help="of the live part and of each outage")
    options.add_argument("--json", help="write the figures there as well")
    options = options.parse_args(arguments)
    binary = need_built(options.binary)
    directory = tempfile.mkdtemp(prefix="hostpulse-bench-")
    try:
        figures = {"live": live(binary, directory, options.seconds)}
        show("live, one collection a second", figures["live"])
        ours, theirs = figures["live"]["hostpulse zstd"], figures["live"]["vmagent"]
        print(f"CPU beside node_exporter with vmagent: {ours['cpu_ms_per_second'] / theirs['cpu_ms_per_second']:.3f}, "
              f"memory: {ours['pss_mib'] / theirs['pss_mib']:.3f}")
        for number in (signal.SIGKILL, signal.SIGTERM):
            name = f"outage, {signal.Signals(number).name}"
            figures[name] = outage(binary, directory, number, options.seconds)
            show(f"{name} after {options.seconds} s", figures[name])
        days = {}
        for series, interval in ((3000, 10), (500, 1)):
            days[f"{series} series each {interval} s"] = backlog(binary, directory, series, interval)
        figures["backlog"] = days
        show("a day that waited in hostpulse's queue", days)
        if options.json:
            pathlib.Path(options.json).write_text(json.dumps(figures, indent=2) + "\n")
    finally:
        shutil.rmtree(directory, ignore_errors=True)
