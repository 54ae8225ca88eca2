"""Pushing where the disk or the network fails for a while: a file system that is full, one that the kernel
made read-only after an error, a partition and lost packets between two network namespaces. Scrapes go on,
nothing ends, and afterwards every collection arrives.

usage: push_faults.py PATH-OF-HOSTPULSE
"""

import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import harness

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))
from benchmarks.sink import Sink  # noqa: E402: found by the line above.

COUNTER = "hostpulse_push_collections_total"


def run(*argv):
    subprocess.run([str(word) for word in argv], check=True, stdout=subprocess.DEVNULL)


def works(*argv):
    return subprocess.run([str(word) for word in argv], check=False, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode == 0


class Pushing(harness.Process):
    def __init__(self, hostpulse, queue, url, *wrapper, listen="127.0.0.1"):
        self.port, self.listen = harness.free_port(), listen
        super().__init__([*wrapper, hostpulse, f"--web.listen-address={listen}:{self.port}", "--push.interval=200ms",
                          f"--push.url={url}", "--push.instance=here", f"--push.queue-dir={queue}",
                          "--collector.disable-defaults", "--collector.loadavg"])

    def metric(self, name, **labels):
        families = harness.parse_exposition(harness.request(f"http://{self.listen}:{self.port}/metrics").text)
        name = f"hostpulse_push_{name}"
        return sum(value for (_, found), value in families[name].samples.items()
                   if set(labels.items()) <= set(found))

    def balance(self):
        families = harness.parse_exposition(harness.request(f"http://{self.listen}:{self.port}/metrics").text)
        total = {name: sum(family.samples.values()) for name, family in families.items()}
        ends = ("acked_total", "rejected_total", "delivered_unknown_total", "dropped_total", "queued")
        return (total["hostpulse_push_samples_logged_total"],
                sum(total.get(f"hostpulse_push_samples_{end}", 0) for end in ends))


def expect_all(pushing, sink, least):
    """Everything that was collected so far arrives, without a gap; the books close."""
    count = pushing.metric("collections_total")
    assert count >= least, f"{count} collections only"

    def arrived():
        return len(sink.points(COUNTER)) >= count
    harness.wait_until(arrived, f"{count} collections arrive", timeout=60, every=0.5)
    logged, accounted = pushing.balance()
    assert logged == accounted, (logged, accounted)
    assert pushing.stop() == 0, pushing.output()[-2000:]
    values = [int(value) for _, value in sorted(sink.points(COUNTER).items())]
    assert values == list(range(len(values))), f"gaps: {values}"
    return len(values)


def full_disk(hostpulse):
    with tempfile.TemporaryDirectory() as directory, contextlib.ExitStack() as undo:
        if not works("mount", "-t", "tmpfs", "-o", "size=1m", "hostpulse-test", directory):
            return "not allowed to mount"
        undo.callback(run, "umount", "-l", directory)
        sink = Sink(harness.free_port())
        with Pushing(hostpulse, f"{directory}/queue", sink.url) as pushing:
            pushing.wait_listening(pushing.port)
            harness.wait_until(lambda: pushing.metric("queue_collections") >= 5, "a queue")
            with open(f"{directory}/other", "wb", buffering=0) as other, contextlib.suppress(OSError):
                while other.write(bytes(4096)):
                    pass
            harness.wait_until(lambda: pushing.metric("queue_memory_collections") >= 3, "collections in memory")
            assert "space" in pushing.output() or "full" in pushing.output(), pushing.output()[-1000:]
            os.unlink(f"{directory}/other")
            harness.wait_until(lambda: pushing.metric("queue_memory_collections") == 0, "they go to disk", timeout=30)
            sink.up()
            count = expect_all(pushing, sink, 10)
            sink.down()
    return f"{count} collections, some of which the disk had no room for"


def read_only_disk(hostpulse):
    with tempfile.TemporaryDirectory() as directory, contextlib.ExitStack() as undo:
        image, mounted = f"{directory}/image", f"{directory}/mounted"
        os.mkdir(mounted)
        with open(image, "wb") as file:
            file.truncate(16 << 20)
        harness.find_tool("mkfs.ext4")
        run("mkfs.ext4", "-q", image)
        if not works("mount", "-o", "loop,errors=remount-ro", image, mounted):
            return "not allowed to mount"
        undo.callback(run, "umount", "-l", mounted)
        sink = Sink(harness.free_port())
        with Pushing(hostpulse, f"{mounted}/queue", sink.url) as pushing:
            pushing.wait_listening(pushing.port)
            harness.wait_until(lambda: pushing.metric("queue_collections") >= 5, "a queue")
            # As after an error of the disk: the kernel takes no more writes.
            if not works("mount", "-o", "remount,abort", mounted):
                return "this kernel does not abort a file system on demand"
            harness.wait_until(lambda: pushing.metric("queue_memory_collections") >= 3, "collections in memory")
            assert "ead-only file system" in pushing.output(), pushing.output()[-1000:]
            sink.up()
            count = expect_all(pushing, sink, 8)
            sink.down()
    return f"{count} collections, some of which only memory had"


# By the first of these queues that the kernel has: what they are, and how tc says it.
LOSSES = (("30 % loss", ("netem", "loss", "30%", "delay", "20ms")),
          ("a link that drops what is more than 64 kbit/s", ("tbf", "rate", "64kbit", "burst", "1600", "limit", "1600")))


def lose_packets(device, inside, inner_device):
    """In both directions; what it does."""
    for loss, words in LOSSES:
        if works("tc", "qdisc", "add", "dev", device, "root", *words):
            run(*inside, "tc", "qdisc", "add", "dev", inner_device, "root", *words)
            return loss
    return "no loss: this kernel has none of these queues"


def stop_losing(device, inside, inner_device):
    works("tc", "qdisc", "del", "dev", device, "root")
    works(*inside, "tc", "qdisc", "del", "dev", inner_device, "root")


def lossy_network(hostpulse):
    """hostpulse in a network namespace of its own: packets are lost, then all of them, then none."""
    ip = harness.find_tool("ip")
    ours, theirs = f"hp{os.getpid()}a", f"hp{os.getpid()}b"
    inner, outer = "10.253.17.2", "10.253.17.1"
    with tempfile.TemporaryDirectory() as directory, contextlib.ExitStack() as undo:
        holder = undo.enter_context(harness.Process(["unshare", "--net", "sleep", "infinity"]))
        space = os.stat("/proc/self/ns/net").st_ino

        def is_apart():
            return holder.running() and os.stat(f"/proc/{holder.pid}/ns/net").st_ino != space
        with contextlib.suppress(TimeoutError):
            harness.wait_until(is_apart, "a network namespace", timeout=2)
        if not is_apart():
            return "not allowed to make a network namespace"
        inside = ["nsenter", f"--net=/proc/{holder.pid}/ns/net"]
        run(ip, "link", "add", ours, "type", "veth", "peer", "name", theirs)
        undo.callback(works, ip, "link", "del", ours)
        run(ip, "link", "set", theirs, "netns", holder.pid)
        run(ip, "addr", "add", f"{outer}/30", "dev", ours)
        run(ip, "link", "set", ours, "up")
        for words in (("addr", "add", f"{inner}/30", "dev", theirs), ("link", "set", theirs, "up"),
                      ("link", "set", "lo", "up")):
            run(*inside, ip, *words)
        loss = lose_packets(ours, inside, theirs)
        sink = Sink(harness.free_port(), address=outer)
        sink.up()
        with Pushing(hostpulse, f"{directory}/queue", sink.url, *inside, listen=inner) as pushing:
            harness.wait_until(lambda: sink.requests, "a first request", timeout=30)
            time.sleep(5)
            run(ip, "link", "set", ours, "down")
            time.sleep(12)
            run(ip, "link", "set", ours, "up")
            harness.wait_until(lambda n=len(sink.requests): len(sink.requests) > n, "a request after the partition",
                               timeout=60)
            stop_losing(ours, inside, theirs)
            count = expect_all(pushing, sink, 50)
        sink.down()
    return f"{count} collections, a partition and {loss}"


def main():
    if os.geteuid() != 0:
        harness.skip("needs root: mounts and network namespaces")
    for check in (full_disk, read_only_disk, lossy_network):
        print(f"{check.__name__}: {check(sys.argv[1])}", flush=True)


if __name__ == "__main__":
    main()
