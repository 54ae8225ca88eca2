"""kill -9 again and again: a hundred times at any moment while the receiver comes, goes and dawdles, and at
every kind of file call, one call after the other. What a process said it had queued arrives, in order
and without a gap.

usage: push_kills.py PATH-OF-HOSTPULSE
"""

import itertools
import os
import pathlib
import random
import signal
import sys
import tempfile
import time

import harness

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))
from benchmarks.sink import Sink  # noqa: E402: found by the line above.

START = "process_start_time_seconds"  # Tells processes apart.
COUNTER = "hostpulse_push_collections_total"  # 0 in a process's first collection, then one more in each.
# Of which only the queue makes any, and how often until the kill.
CALLS = ("pwrite64", "fdatasync", "fsync", "ftruncate", "flock")
TIMES = (1, 2, 3, 5)
KILLS = 100


class FaultySink(Sink):
    """Takes some time, and sometimes has trouble after it took everything."""

    def __init__(self, port, chance):
        super().__init__(port)
        self.chance = chance

    def take(self, request):
        if self.chance.random() < 0.2:
            time.sleep(self.chance.random() / 10)
        status = super().take(request)
        return 503 if self.chance.random() < 0.1 else status


def command(hostpulse, directory, sink, port):
    return [hostpulse, f"--web.listen-address=127.0.0.1:{port}", "--push.interval=100ms", f"--push.url={sink.url}",
            "--push.instance=here", f"--push.queue-dir={directory}/queue", "--collector.disable-defaults",
            "--collector.loadavg"]


def queued(port, runs):
    """Notes how many collections the process that listens there has queued, under its start time."""
    try:
        text = harness.request(f"http://127.0.0.1:{port}/metrics", timeout=2).text
    except OSError:
        return
    families = harness.parse_exposition(text)
    if COUNTER in families:
        runs[families[START].samples[(START, ())]] = int(families[COUNTER].samples[(COUNTER, ())])


def check(sink, runs):
    """Of each process all collections are there, from its first one on, and no fewer than it had queued."""
    starts = sink.points(START)
    seen = {}
    for when, value in sorted(sink.points(COUNTER).items()):
        seen.setdefault(starts[when], []).append(int(value))
    for start, values in seen.items():
        assert values == list(range(len(values))), f"a gap: {values}"
    lost = {start: (count, len(seen.get(start, []))) for start, count in runs.items()
            if len(seen.get(start, [])) < count}
    assert not lost, f"queued, delivered: {lost}"
    return sum(len(values) for values in seen.values())


def deliver(hostpulse, directory, sink, port, runs):
    """A last process that delivers what is left and ends as it should."""
    sink.chance.random = lambda: 1
    with harness.Process(command(hostpulse, directory, sink, port)) as last:
        last.wait_listening(port)

        def nothing_left():
            families = harness.parse_exposition(harness.request(f"http://127.0.0.1:{port}/metrics").text)
            name = "hostpulse_push_samples_queued"
            return name in families and max(families[name].samples.values()) < 50
        harness.wait_until(nothing_left, "everything is delivered", timeout=60)
        queued(port, runs)
        assert last.stop() == 0, last.output()
        assert "damaged" not in last.output(), last.output()[-2000:]


def at_any_moment(hostpulse):
    chance = random.Random(4)
    with tempfile.TemporaryDirectory() as directory:
        port, sink = harness.free_port(), FaultySink(harness.free_port(), chance)
        runs, is_up = {}, False
        for _ in range(KILLS):
            if chance.random() < 0.3:
                is_up = not is_up
                sink.up() if is_up else sink.down()
            with harness.Process(command(hostpulse, directory, sink, port)) as killed:
                time.sleep(0.02 + chance.random() * 0.4)
                queued(port, runs)
                killed.signal(signal.SIGKILL)
                killed.wait()
        if not is_up:
            sink.up()
        deliver(hostpulse, directory, sink, port, runs)
        sink.down()
        delivered = check(sink, runs)
    print(f"{KILLS} kills: {delivered} collections delivered, {sum(runs.values())} known to be queued, no gap")


def children(pid):
    return [int(word) for word in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def at_each_call(hostpulse):
    strace = harness.find_tool("strace")
    chance = random.Random(5)
    with tempfile.TemporaryDirectory() as directory:
        port, sink = harness.free_port(), FaultySink(harness.free_port(), chance)
        runs, killed_at = {}, {}
        for call, number in itertools.product(CALLS, TIMES):
            argv = [strace, "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}",
                    "-e", f"inject={call}:signal=KILL:when={number}"]
            with harness.Process(argv + command(hostpulse, directory, sink, port)) as traced:
                deadline = time.monotonic() + 3
                while traced.running() and time.monotonic() < deadline:
                    queued(port, runs)
                    time.sleep(0.02)
                if traced.running():  # It does not make this call so often.
                    for child in children(traced.pid):
                        os.kill(child, signal.SIGKILL)
                else:
                    killed_at[call] = killed_at.get(call, 0) + 1
                traced.wait()
        sink.up()
        deliver(hostpulse, directory, sink, port, runs)
        sink.down()
        delivered = check(sink, runs)
    assert len(killed_at) >= 4, killed_at
    print(f"killed at {killed_at}: {delivered} collections delivered, no gap")


def main():
    at_any_moment(sys.argv[1])
    at_each_call(sys.argv[1])


if __name__ == "__main__":
    main()
