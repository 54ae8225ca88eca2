"""A host with 256 CPUs, 10,000 interfaces, 5,000 mounts, 500,000 sockets and 65,000 processes, and one
of a quarter of that: all of it is reported, the cost of a scrape grows with the host and not with its
square, kept descriptors stay under their limit, and memory does not grow from scrape to scrape.

The host is a tree of files (tests/support/large_host.py), so this leaves out what asks the running
kernel: the netlink half of arp, netclass and netdev, tcpstat with its dump of every TCP socket, and
what files of the kernel's cost more than a tmpfs' (locks of the network stack, texts made at a read).
Of the sockets there are the sums of sockstat, and the 100,000 UDP ones that udp_queues reads line by
line. Times are CPU time of the process, compared with itself.

usage: large_host.py PATH-OF-HOSTPULSE
"""

import gzip
import os
import pathlib
import sys
import time

import harness

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import large_host  # noqa: E402

QUARTER = 4
SCRAPES = 10
WARM_UP = 3
TIMEOUT = 100
KEPT_DESCRIPTORS = 512
OTHER_DESCRIPTORS = 32  # Sockets, epoll, log and what a scrape opens for a moment.
MOST_GROWTH_OF_MEMORY = 1.05
MOST_GROWTH_OF_COST = 8  # Of a host four times as large: 4 if it is linear, 16 if quadratic.


def start(hostpulse, host, port):
    return harness.Process([
        hostpulse, f"--web.listen-address=127.0.0.1:{port}", f"--path.procfs={host}/proc", f"--path.sysfs={host}/sys",
        f"--path.rootfs={host}/root", f"--path.udev.data={host}/udev", "--no-collector.arp.netlink",
        "--no-collector.netclass.netlink", "--no-collector.netdev.netlink", "--collector.interrupts",
        "--collector.processes", "--collector.softirqs"])


def scrape(port, encoding="gzip"):
    """The text of an answer, which is asked for as Prometheus does."""
    answer = harness.request(f"http://127.0.0.1:{port}/metrics", headers={"Accept-Encoding": encoding}, timeout=TIMEOUT)
    assert answer.status == 200, f"{answer.status}: {answer.text}"
    assert answer.headers.get("Content-Encoding", "identity") == encoding
    return (gzip.decompress(answer.body) if encoding == "gzip" else answer.body).decode()


def cpu_seconds(pid):
    """CPU time of all threads of another process (clock_getcpuclockid)."""
    return time.clock_gettime((~pid << 3) | 2)


def resident_bytes(pid):
    return int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def expected_counts(sizes):
    """How many series each family has."""
    counts = {
        "node_cpu_core_throttles_total": sizes.cores, "node_cpu_package_throttles_total": sizes.packages,
        "node_cpu_seconds_total": 8 * sizes.cpus, "node_cpu_guest_seconds_total": 2 * sizes.cpus,
        "node_cpu_scaling_governor": 2 * sizes.cpus, "node_disk_info": large_host.DISKS, "node_udp_queues": 4,
        "node_interrupts_total": large_host.INTERRUPTS * sizes.cpus,
        "node_softirqs_functions_total": len(large_host.SOFTIRQS) * sizes.cpus}
    for name in ("cpu_online", "cpu_frequency_hertz", "schedstat_running_seconds_total", "softnet_processed_total"):
        counts[f"node_{name}"] = sizes.cpus
    for name in ("receive_bytes_total", "transmit_packets_total", "info", "up", "iface_id", "mtu_bytes", "speed_bytes"):
        counts[f"node_network_{name}"] = sizes.interfaces
    for name in ("device_error", "size_bytes", "files_free", "mount_info"):
        counts[f"node_filesystem_{name}"] = sizes.mounts
    return counts


def expected_values(sizes):
    udp = sizes.udp_sockets
    return {
        "node_processes_pids": sizes.processes, "node_processes_threads": sizes.threads,
        "node_sockstat_sockets_used": sizes.sockets, "node_sockstat_TCP_alloc": sizes.sockets - udp,
        "node_sockstat_UDP6_inuse": udp - udp // 2}


def check_content(text, sizes):
    families = harness.parse_exposition(text)
    failed = [labels for labels, value in families["node_scrape_collector_success"].samples.items() if value != 1]
    assert not failed, f"collectors that failed: {failed}"
    for name, count in expected_counts(sizes).items():
        found = len(families[name].samples) if name in families else 0
        assert found == count, f"{name}: {found} series instead of {count}"
    for name, value in expected_values(sizes).items():
        found = families[name].samples.values()
        assert list(found) == [value], f"{name}: {found} instead of {value}"


def measure(process, port):
    """CPU seconds of a scrape, once caches and buffers are what they will be."""
    for number in range(1, SCRAPES + 1):
        scrape(port)
        if number == WARM_UP:
            cpu, memory = cpu_seconds(process.pid), resident_bytes(process.pid)
        descriptors = len(os.listdir(f"/proc/{process.pid}/fd"))
        assert descriptors <= KEPT_DESCRIPTORS + OTHER_DESCRIPTORS, f"{descriptors} descriptors"
    growth = resident_bytes(process.pid) / memory
    assert growth <= MOST_GROWTH_OF_MEMORY, f"{memory} bytes of memory became {growth:.2f} times as many"
    return (cpu_seconds(process.pid) - cpu) / (SCRAPES - WARM_UP)


def check_host(hostpulse, sizes):
    """CPU seconds of a scrape of such a host."""
    port = harness.free_port()
    with large_host.temporary_host(sizes) as host, start(hostpulse, host, port) as process:
        process.wait_listening(port)
        cost = measure(process, port)
        memory = resident_bytes(process.pid)
        text = scrape(port)
        check_content(text, sizes)
        assert process.stop() == 0, process.output()
    print(f"{sizes.interfaces} interfaces: {text.count(chr(10))} lines, {cost * 1e3:.0f} ms of CPU a scrape, "
          f"{memory / large_host.MIB:.0f} MiB")
    return cost


def main():
    hostpulse = sys.argv[1]
    if not os.path.exists(hostpulse):
        harness.skip(f"{hostpulse} is not built")
    small = check_host(hostpulse, large_host.FULL.part(QUARTER))
    large = check_host(hostpulse, large_host.FULL)
    growth = large / small
    assert growth <= MOST_GROWTH_OF_COST, f"a host {QUARTER} times as large costs {growth:.1f} times as much"
    print(f"a host {QUARTER} times as large costs {growth:.1f} times as much")
    return 0


if __name__ == "__main__":
    sys.exit(main())
