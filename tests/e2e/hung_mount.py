"""A FUSE mount that never answers: it is reported as such, hides no other mount, stalls no scrape
and does not keep the program from ending. Runs in namespaces of its own, so it needs no root.

usage: hung_mount.py PATH-OF-HOSTPULSE
"""

import ctypes
import os
import subprocess
import sys
import tempfile

import harness

INSIDE = "--inside"
NAMESPACES = ["unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--mount-proc"]


def mount(source, target, kind, options):
    os.mkdir(target)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(source.encode(), target.encode(), kind.encode(), 0, options.encode()) != 0:
        harness.skip(f"cannot mount {kind} here: {os.strerror(ctypes.get_errno())}")


def mount_hung(target):
    """Mounts a FUSE whose process reads no request; closing the result aborts it."""
    try:
        device = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        harness.skip(f"cannot open /dev/fuse: {error}")
    mount("hung", target, "fuse", f"fd={device},rootmode=40000,user_id=0,group_id=0")
    return device


def scrape(port):
    """{(family, mount point): (labels, value)} of the file systems."""
    families = harness.parse_exposition(harness.request(f"http://127.0.0.1:{port}/metrics").text)
    found = {}
    for family in families.values():
        for (name, labels), value in family.samples.items():
            labels = dict(labels)
            found[name, labels.get("mountpoint")] = (labels, value)
    assert found["node_scrape_collector_success", None][1] == 1
    return found


def check_hung(found, hung, good):
    labels, value = found["node_filesystem_device_error", hung]
    assert (labels["device_error"], value) == ("mountpoint timeout", 1), labels
    assert found["node_filesystem_readonly", hung][1] == 0
    assert ("node_filesystem_size_bytes", hung) not in found
    labels, value = found["node_filesystem_device_error", good]
    assert (labels["device_error"], value) == ("", 0), labels
    assert found["node_filesystem_size_bytes", good][1] == 1 << 20


def abort(device, port, hung):
    """Ends the wait of the thread in the mount, which then has an error of its own."""
    os.close(device)

    def is_aborted():
        labels, value = scrape(port)["node_filesystem_device_error", hung]
        return value == 1 and labels["device_error"] == "transport endpoint is not connected"
    harness.wait_until(is_aborted, "the aborted mount's own error")


def start(hostpulse, port, env=None):
    return harness.Process([hostpulse, f"--web.listen-address=127.0.0.1:{port}",
                            "--collector.disable-defaults", "--collector.filesystem"], env)


def check_scrapes(hostpulse, directory):
    hung, good, beneath = (os.path.join(directory, name) for name in ("hung", "good", "good/sub"))
    mount("good", good, "tmpfs", "size=1m")
    mount("sub", beneath, "tmpfs", "size=1m")
    device = mount_hung(hung)
    port = harness.free_port()
    with start(hostpulse, port) as process:
        process.wait_listening(port)
        threads = set()
        for _ in range(20):
            found = scrape(port)
            check_hung(found, hung, good)
            assert found["node_filesystem_size_bytes", beneath][1] == 1 << 20
            threads.add(len(os.listdir(f"/proc/{process.pid}/task")))
        assert max(threads) == min(threads), f"threads pile up: {threads}"
        abort(device, port, hung)

        again = os.path.join(directory, "again")
        device = mount_hung(again)
        check_hung(scrape(port), again, good)
        abort(device, port, again)
        assert process.stop() == 0, process.output()


def check_end(hostpulse, directory):
    """It ends while a thread hangs in the mount. The leak sanitizer first stops every thread and
    waits until it has; one inside a statfs without an answer cannot be stopped, so that it would
    wait for good, and is left out here."""
    hung = os.path.join(directory, "end")
    device = mount_hung(hung)
    port = harness.free_port()
    with start(hostpulse, port, {"ASAN_OPTIONS": "detect_leaks=0"}) as process:
        process.wait_listening(port)
        labels, value = scrape(port)["node_filesystem_device_error", hung]
        assert (labels["device_error"], value) == ("mountpoint timeout", 1), labels
        assert process.stop() == 0, process.output()
    os.close(device)


def main():
    if INSIDE in sys.argv:
        top = os.path.join(sys.argv[2], "all")
        mount("all", top, "tmpfs", "size=1m")
        check_scrapes(sys.argv[1], top)
        check_end(sys.argv[1], top)
        print("the hung mount stalled nothing")
        return 0
    if not os.path.exists(sys.argv[1]):
        harness.skip(f"{sys.argv[1]} is not built")
    harness.find_tool("unshare")
    if subprocess.run([*NAMESPACES, "true"], stderr=subprocess.DEVNULL, check=False).returncode:
        harness.skip("no user namespaces here")
    # The mounts go with their namespace, so that only an empty directory is left to remove.
    with tempfile.TemporaryDirectory() as directory:
        return subprocess.run(
            [*NAMESPACES, sys.executable, __file__, sys.argv[1], directory, INSIDE],
            check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
