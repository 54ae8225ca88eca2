"""`hostpulse queue stat|verify|dump|replay` beside a running hostpulse and after a kill -9; what is dumped
goes through promtool into blocks of a real Prometheus and into a real VictoriaMetrics, what is
replayed into both.

usage: queue_commands.py PATH-OF-HOSTPULSE
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse

import harness
import push_outage

COUNTER = "hostpulse_push_collections_total"


class Queue:
    """The commands on one directory."""

    def __init__(self, hostpulse, directory):
        self.hostpulse, self.directory = hostpulse, directory

    def run(self, *arguments, code=0):
        done = subprocess.run([self.hostpulse, "queue", *arguments, f"--push.queue-dir={self.directory}"],
                              capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == code, (arguments, done.returncode, done.stdout[-500:], done.stderr)
        return done.stdout + done.stderr if code else done.stdout

    def stat(self):
        return json.loads(self.run("stat", "--json"))


def start(hostpulse, port, queue, receiver):
    return harness.Process([
        hostpulse, f"--web.listen-address=127.0.0.1:{port}", "--push.interval=200ms",
        f"--push.url=http://127.0.0.1:{receiver}/api/v1/write", "--push.instance=here",
        f"--push.queue-dir={queue}", "--collector.disable-defaults", "--collector.loadavg"])


def fill(hostpulse, port, queue, receiver):
    """A backlog of ten collections and more, left by kill -9."""
    with start(hostpulse, port, queue.directory, receiver) as pushing:
        pushing.wait_listening(port)
        harness.wait_until(lambda: push_outage.own_metric(port, COUNTER) >= 10, "ten collections")
        running = queue.stat()
        assert running["in_use"] and running["collections"] >= 9, running
        assert "hostpulse has it open" in queue.run("stat")
        queue.run("verify")
        assert queue.run("dump").endswith("# EOF\n")
        pushing.signal(signal.SIGKILL)
        pushing.wait()


def check_stat(queue):
    stat = queue.stat()
    place = stat["destinations"][0]
    assert not stat["in_use"] and stat["findings"] == 0, stat
    assert place["collections"] == stat["collections"] and place["samples"] == stat["samples"], stat
    assert place["oldest_timestamp_ms"] == stat["first_timestamp_ms"], stat
    assert abs(stat["last_timestamp_ms"] / 1000 - time.time()) < 60, stat
    return stat


def check_filters(queue, stat):
    """Times and places choose collections; up has one sample in each."""
    def beats(*arguments):
        return sum(line.startswith("up{") for line in queue.run("dump", *arguments).splitlines())

    everything = beats()
    assert everything == stat["collections"], everything
    last = stat["last_timestamp_ms"]
    assert beats("--since=1h") == everything and beats("--until=1h") == 0
    assert 0 < beats(f"--since={last // 1000}") < everything
    assert beats(f"--destination={stat['destinations'][0]['name']}") == everything
    assert "accepted:" in queue.run("dump", "--since=yesterday", code=1)
    assert "has no place of 'nobody'" in queue.run("dump", "--destination=nobody", code=1)


def check_blocks(queue, directory, stat):
    """promtool makes blocks of the dump, with every sample that is no staleness marker."""
    dump = f"{directory}/dump.om"
    pathlib.Path(dump).write_text(queue.run("dump"))
    blocks = f"{directory}/blocks"
    subprocess.run([harness.find_tool("promtool"), "tsdb", "create-blocks-from", "openmetrics", dump, blocks],
                   check=True, capture_output=True, timeout=60)
    samples = 0
    for meta in pathlib.Path(blocks).glob("*/meta.json"):
        samples += json.loads(meta.read_text())["stats"]["numSamples"]
    assert 0 < stat["samples"] - samples < 10 or samples == stat["samples"], (samples, stat)
    return blocks


def flush(ports):
    """Makes what VictoriaMetrics took visible at once."""
    harness.request(f"http://127.0.0.1:{ports['victoria']}/internal/force_flush")


def check_replay(queue, stat, ports):
    """Everything arrives, twice if asked twice, and no cursor moves."""
    url = f"--to=http://127.0.0.1:{ports['victoria']}/api/v1/write"
    said = queue.run("replay", url)
    assert f"{stat['samples']} samples sent" in said and " 0 refused" in said, said
    assert queue.stat()["destinations"] == stat["destinations"]
    assert "accepted: the URL of a receiver" in queue.run("replay", "--to=nobody", code=1)
    query = urllib.parse.urlencode({"match[]": 'up{job="node"}'})
    export = f"http://127.0.0.1:{ports['victoria']}/api/v1/export?{query}"

    def arrived():
        flush(ports)
        lines = harness.request(export).text.splitlines()
        return sum(len(json.loads(line)["values"]) for line in lines)

    harness.wait_until(lambda: arrived() == stat["collections"], "replayed samples", timeout=30)


def check_import(queue, ports, stat):
    """VictoriaMetrics imports the JSON lines; it drops none of what it has already."""
    lines = queue.run("dump", "--format=vm-json").replace('"job":"node"', '"job":"imported"')
    answer = harness.request(f"http://127.0.0.1:{ports['victoria']}/api/v1/import", "POST", lines.encode())
    assert answer.status == 204, answer.text
    query = urllib.parse.urlencode({"match[]": 'up{job="imported"}'})
    export = f"http://127.0.0.1:{ports['victoria']}/api/v1/export?{query}"
    flush(ports)
    harness.wait_until(lambda: harness.request(export).text.count("imported") > 0, "import", timeout=30)
    values = [json.loads(line)["values"] for line in harness.request(export).text.splitlines()]
    assert sum(map(len, values)) == stat["collections"], values


def check_prometheus(queue, stat, directory, blocks):
    """The blocks are served; an empty one takes a replay, and refuses it the second time."""
    port = harness.free_port()
    config = f"{directory}/prometheus.yml"
    push_outage.write_file(config, "scrape_configs: []\n")
    receiver = push_outage.Receiver(port)
    series = 'up{instance="here",job="node"}'

    def start_with(name):
        os.makedirs(f"{directory}/{name}", exist_ok=True)
        return push_outage.start_prometheus(port, f"{directory}/{name}", config)

    os.makedirs(f"{directory}/served")
    os.rename(blocks, f"{directory}/served/prometheus")
    with start_with("served") as prometheus:
        push_outage.wait_ready(prometheus, port, "/-/ready")
        assert receiver.count(series) == stat["collections"], receiver.count(series)
    with start_with("empty") as prometheus:
        push_outage.wait_ready(prometheus, port, "/-/ready")
        url = f"--to=http://127.0.0.1:{port}/api/v1/write"
        queue.run("replay", url)
        assert receiver.count(series) == stat["collections"], receiver.count(series)
        assert "HTTP 400" in queue.run("replay", url, code=1), "out of order the second time"


def check_damage(queue, stat):
    """One flipped bit is found and costs no more than its collections; a torn tail is no fault."""
    segment = sorted(pathlib.Path(queue.directory).glob("*.seg"))[-1]
    whole = segment.read_bytes()
    segment.write_bytes(whole[:-5])
    said = queue.run("verify")
    assert "not finished" in said and "no damage" in said, said
    flipped = bytearray(whole)
    flipped[len(whole) * 9 // 10] ^= 1  # Behind the first record, which has the dictionary.
    segment.write_bytes(flipped)
    said = queue.run("verify", code=1)
    assert segment.name in said and "damaged" in said, said
    assert 0 < queue.stat()["collections"] < stat["collections"]
    segment.write_bytes(whole)
    queue.run("verify")


def main(hostpulse):
    victoria_tool = harness.find_tool("victoria-metrics")
    harness.find_tool("promtool")
    ports = {name: harness.free_port() for name in ("hostpulse", "victoria", "nobody")}
    with tempfile.TemporaryDirectory() as directory:
        queue = Queue(hostpulse, f"{directory}/queue")
        fill(hostpulse, ports["hostpulse"], queue, ports["nobody"])
        stat = check_stat(queue)
        check_filters(queue, stat)
        blocks = check_blocks(queue, directory, stat)
        with harness.Process([victoria_tool, f"-storageDataPath={directory}/victoria",
                              f"-httpListenAddr=127.0.0.1:{ports['victoria']}"]) as victoria:
            push_outage.wait_ready(victoria, ports["victoria"], "/health")
            check_replay(queue, stat, ports)
            check_import(queue, ports, stat)
        check_prometheus(queue, stat, directory, blocks)
        check_damage(queue, stat)
        print(f"{stat['collections']} collections told, verified, dumped and replayed")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
