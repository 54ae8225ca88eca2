#!/usr/bin/env python3
"""Writes the files of a host with many CPUs, interfaces, mounts, sockets and processes.

usage: large_host.py DIR [--cpus N] [--interfaces N] [--mounts N] [--sockets N] [--processes N]

DIR gets proc, sys, root and udev, for --path.procfs, --path.sysfs, --path.rootfs and
--path.udev.data. What does not grow with those numbers is that of tests/fixtures/host.tree. The same
numbers give the same files.

Only what the collectors open is written: of a process stat and task, no status or limits; of the
sockets /proc/net/sockstat, sockstat6, udp and udp6, no tcp, because tcpstat asks netlink.
"""
import argparse
import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
from typing import NamedTuple

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import host_archive  # noqa: E402

FIXTURE = pathlib.Path(__file__).resolve().parent.parent / "fixtures/host.tree"

INTERRUPTS = 64  # However many CPUs there are: the counts are their product.
SOFTIRQS = "HI TIMER NET_TX NET_RX BLOCK IRQ_POLL TASKLET SCHED HRTIMER RCU".split()
CPUS_PER_PACKAGE = 64
THREADS_PER_CORE = 2
DISKS = 48
THREADED_EVERY = 16  # Every 16th process has more threads than one ...
MORE_THREADS = 3     # ... namely so many more.
UDP_SHARE = 5        # Every 5th socket.
REMOTE_EVERY = 10    # Every 10th mount is of a server, whose statfs may hang.
LOCAL_TYPES = ("ext4", "xfs", "tmpfs", "btrfs")
MOUNT_POINT = "/var/lib/kubelet/pods/{0:08x}-0000-4000-8000-{0:012x}/volumes/token"

MIB = 1 << 20
ROOM = 3 << 30  # Bytes that the files of FULL take, with some to spare.


class Sizes(NamedTuple):
    cpus: int = 256
    interfaces: int = 10_000
    mounts: int = 5_000
    sockets: int = 500_000
    processes: int = 65_000

    def part(self, divisor):
        return Sizes(*(size // divisor for size in self))

    @property
    def cores(self):
        return self.cpus // THREADS_PER_CORE

    @property
    def packages(self):
        return -(-self.cpus // CPUS_PER_PACKAGE)

    @property
    def udp_sockets(self):
        return self.sockets // UDP_SHARE

    @property
    def threads(self):
        return self.processes + self.processes // THREADED_EVERY * MORE_THREADS


FULL = Sizes()


class Tree:
    """Files below a directory."""

    def __init__(self, top):
        self._top = f"{top}/"
        self._first = {}  # Path by content.

    def directory(self, path):
        os.mkdir(self._top + path)

    def directories(self, path):
        os.makedirs(self._top + path, exist_ok=True)

    def write(self, path, text):
        file = os.open(self._top + path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        data = text.encode()
        while data:
            data = data[os.write(file, data):]
        os.close(file)

    def share(self, path, text):
        """A new file; those of the same content are one with many names, which is cheaper to make."""
        first = self._first.setdefault(text, path)
        if first != path:
            try:
                self.link(first, path)
                return
            except OSError:  # A file cannot have so many names: the next ones are of this.
                self._first[text] = path
        self.write(path, text)

    def link(self, first, path):
        os.link(self._top + first, self._top + path)

    def remove(self, path):
        shutil.rmtree(self._top + path)

    def rename(self, path, to):
        os.rename(self._top + path, self._top + to)

    def names(self, path):
        return os.listdir(self._top + path)

    def symlink(self, path, target):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._top + path)
        os.symlink(target, self._top + path)


def lines(rows):
    return "".join(f"{row}\n" for row in rows)


def per_cpu(sizes, scale):
    return " ".join(f"{scale * (cpu + 1):>10}" for cpu in range(sizes.cpus))


def write_proc_stat(tree, sizes):
    def times(name, factor):
        return f"{name} {301 * factor} 6 {111 * factor} {8979 * factor} 35 0 39 0 4 3"
    tree.write("proc/stat", lines([
        times("cpu ", 100 * sizes.cpus), *(times(f"cpu{cpu}", 100 + cpu) for cpu in range(sizes.cpus)),
        "intr 8885917" + " 17 0 0 0" * (4 * sizes.cpus), "ctxt 38014093", "btime 1418183276", "processes 26442",
        "procs_running 2", "procs_blocked 1", "softirq 5057579 250191 1481983 1647 211099 186066 0 1783454 622196 0 0"]))


def write_cpu_tables(tree, sizes):
    heading = " " * 12 + " ".join(f"{f'CPU{cpu}':>10}" for cpu in range(sizes.cpus))
    tree.write("proc/softirqs", lines([
        heading, *(f"{name:>11}:{per_cpu(sizes, i)}" for i, name in enumerate(SOFTIRQS))]))
    tree.write("proc/interrupts", lines([
        heading, *(f"{i:>4}: {per_cpu(sizes, i)}  IR-PCI-MSI {i}-edge      nvme{i}q1" for i in range(INTERRUPTS - 2)),
        f" NMI: {per_cpu(sizes, 3)}   Non-maskable interrupts", f" LOC: {per_cpu(sizes, 5)}   Local timer interrupts",
        " ERR:          0"]))
    tree.write("proc/schedstat", lines(["version 15", "timestamp 15819019232", *(
        f"cpu{cpu} 0 0 0 0 0 0 {2045936778163 + cpu} {343796328169 + cpu} {4767485306 + cpu}\n"
        "domain0 00000000,00000003 2 2 1 1 5 3 3 2 2 2 3" for cpu in range(sizes.cpus))]))
    tree.write("proc/net/softnet_stat", lines(
        f"{cpu:08x} 00000002 00000003 0 0 0 0 0 00000004 00000005 00000006 00000007 {cpu:08x} 00000009 0000000a"
        for cpu in range(sizes.cpus)))
    tree.write("proc/cpuinfo", "\n".join(lines([
        f"processor\t: {cpu}", "vendor_id\t: GenuineIntel", "cpu family\t: 6", "model\t\t: 143",
        "model name\t: Intel(R) Xeon(R) Platinum 8490H", "stepping\t: 8", "cpu MHz\t\t: 1900.000",
        "cache size\t: 115200 KB", f"physical id\t: {package_of(cpu)}", f"core id\t\t: {core_of(cpu)}",
        "flags\t\t: fpu vme aes avx avx2"]) for cpu in range(sizes.cpus)) + "\n")


def package_of(cpu):
    return cpu // CPUS_PER_PACKAGE


def core_of(cpu):
    return cpu % CPUS_PER_PACKAGE // THREADS_PER_CORE


CPU_FREQUENCIES = {"cpuinfo_cur_freq": 1_699_981, "cpuinfo_min_freq": 800_000, "cpuinfo_max_freq": 3_700_000,
                   "scaling_cur_freq": 1_699_981, "scaling_min_freq": 800_000, "scaling_max_freq": 3_700_000}


def write_cpu_directories(tree, sizes):
    top = "sys/devices/system/cpu"
    tree.remove(top)
    tree.directories(top)
    tree.write(f"{top}/online", f"0-{sizes.cpus - 1}\n")
    tree.write(f"{top}/offline", "\n")
    for cpu in range(sizes.cpus):
        directory = f"{top}/cpu{cpu}"
        for name in ("", "/cpufreq", "/topology", "/thermal_throttle"):
            tree.directory(directory + name)
        for name, kilohertz in CPU_FREQUENCIES.items():
            tree.write(f"{directory}/cpufreq/{name}", f"{kilohertz}\n")
        tree.share(f"{directory}/cpufreq/scaling_governor", "powersave\n")
        tree.share(f"{directory}/cpufreq/scaling_available_governors", "performance powersave\n")
        tree.share(f"{directory}/topology/physical_package_id", f"{package_of(cpu)}\n")
        tree.share(f"{directory}/topology/core_id", f"{core_of(cpu)}\n")
        tree.write(f"{directory}/thermal_throttle/core_throttle_count", f"{core_of(cpu)}\n")
        tree.write(f"{directory}/thermal_throttle/package_throttle_count", f"{package_of(cpu)}\n")
        tree.share(f"{directory}/online", "1\n")


SAME_OF_LINKS = {
    "addr_assign_type": "3", "broadcast": "ff:ff:ff:ff:ff:ff", "carrier": "1", "carrier_changes": "2",
    "carrier_down_count": "1", "carrier_up_count": "1", "dev_id": "0x0", "dormant": "0", "duplex": "full",
    "flags": "0x1003", "ifalias": "", "link_mode": "0", "mtu": "1500", "name_assign_type": "4", "netdev_group": "0",
    "operstate": "up", "speed": "10000", "tx_queue_len": "1000", "type": "1"}


def interface_names(sizes):
    """As container runtimes name them; the factor scatters them, and is odd so that none comes twice."""
    return [f"veth{index * 0x9e3779b1 % (1 << 32):08x}" for index in range(1, sizes.interfaces + 1)]


def write_interfaces(tree, sizes):
    names = interface_names(sizes)
    tree.write("proc/net/dev", lines([
        "Inter-|   Receive                                                |  Transmit",
        " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls"
        " carrier compressed",
        *(f"{name}: {1_000_000_007 * i} {1_000_003 * i} 0 {i % 7} 0 0 0 0 {2_000_000_011 * i} {1_000_033 * i} 0 0 0 0 0 0"
          for i, name in enumerate(names))]))
    tree.remove("sys/class/net")
    tree.directory("sys/class/net")
    tree.write("sys/class/net/bonding_masters", "\n")
    for index, name in enumerate(names, 1):
        directory = f"sys/class/net/{name}"
        tree.directory(directory)
        for attribute, value in SAME_OF_LINKS.items():
            tree.share(f"{directory}/{attribute}", f"{value}\n")
        tree.write(f"{directory}/address", f"02:00:{index >> 24 & 255:02x}:{index >> 16 & 255:02x}:"
                                           f"{index >> 8 & 255:02x}:{index & 255:02x}\n")
        tree.write(f"{directory}/ifindex", f"{index}\n")
        tree.link(f"{directory}/ifindex", f"{directory}/iflink")


def mounts_of(sizes):
    """(mount point, type, source) of each."""
    yield "/", "ext4", "/dev/vda1"
    for index in range(1, sizes.mounts):
        remote = index % REMOTE_EVERY == 0
        yield (MOUNT_POINT.format(index), "nfs4" if remote else LOCAL_TYPES[index % len(LOCAL_TYPES)],
               f"192.0.2.1:/export/{index}" if remote else f"/dev/mapper/vg0-volume{index}")


def write_mounts(tree, sizes):
    mounts = list(mounts_of(sizes))
    for point, _, _ in mounts:
        tree.directories(f"root{point}")
    tree.write("proc/1/mountinfo", lines(
        f"{20 + i} {20 if i else 1} 254:{i} / {point} rw,relatime shared:{i + 1} - {kind} {source} rw"
        for i, (point, kind, source) in enumerate(mounts)))
    tree.write("proc/1/mounts", lines(f"{source} {point} {kind} rw,relatime 0 0" for point, kind, source in mounts))


def write_sockets(tree, sizes):
    tcp, udp = sizes.sockets - sizes.udp_sockets, sizes.udp_sockets
    tree.write("proc/net/sockstat", lines([
        f"sockets: used {sizes.sockets}", f"TCP: inuse {tcp // 2} orphan 1 tw 5 alloc {tcp} mem 2",
        f"UDP: inuse {udp // 2} mem 0", "UDPLITE: inuse 0", "RAW: inuse 0", "FRAG: inuse 0 memory 0"]))
    tree.write("proc/net/sockstat6", lines([
        f"TCP6: inuse {tcp - tcp // 2}", f"UDP6: inuse {udp - udp // 2}", "UDPLITE6: inuse 0", "RAW6: inuse 0",
        "FRAG6: inuse 0 memory 0"]))
    heading = ("   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref"
               " pointer drops").ljust(127)
    for name, zeros, count in (("udp", "0" * 8, udp // 2), ("udp6", "0" * 32, udp - udp // 2)):
        tree.write(f"proc/net/{name}", lines([heading, *(
            f"{i:>5}: {zeros}:{i & 0xffff:04X} {zeros}:0000 07 00000001:00000002 00:00000000 00000000     0        0 "
            f"{i} 2 0000000000000000 0".ljust(127) for i in range(count))]))


def stat_of(pid, threads):
    state = "R" if pid % 97 == 0 else "D" if pid % 89 == 0 else "I" if pid % 5 == 0 else "S"
    return (f"{pid} (worker) {state} 1 {pid} {pid} 0 -1 4194560 12 0 1 0 3 4 0 0 20 0 {threads} 0 9 1000000 100 "
            "18446744073709551615 1 1 0 0 0 0 0 4096 0 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0\n")


def write_process(tree, pid, first_thread):
    """With the threads numbered from first_thread beside the first one, unless that is 0."""
    for name in ("", "/task", f"/task/{pid}"):
        tree.directory(f"proc/{pid}{name}")
    tree.write(f"proc/{pid}/stat", stat_of(pid, 1 + MORE_THREADS if first_thread else 1))
    tree.link(f"proc/{pid}/stat", f"proc/{pid}/task/{pid}/stat")
    for thread in range(first_thread, first_thread + MORE_THREADS) if first_thread else ():
        tree.directory(f"proc/{pid}/task/{thread}")
        tree.share(f"proc/{pid}/task/{thread}/stat", stat_of(pid, 1 + MORE_THREADS))


def write_processes(tree, sizes):
    for name in tree.names("proc"):
        if name.isdigit() and name != "10":
            tree.remove(f"proc/{name}")
    tree.rename("proc/10", "own")  # What /proc/self has beside stat and task.
    thread = sizes.processes + 1
    for pid in range(1, sizes.processes + 1):
        has_threads = pid % THREADED_EVERY == 0
        write_process(tree, pid, thread if has_threads else 0)
        thread += MORE_THREADS if has_threads else 0
    for name in ("attr", "mountstats"):
        tree.rename(f"own/{name}", f"proc/1/{name}")
    tree.remove("own")
    tree.symlink("proc/self", "1")


def write_disks(tree, sizes):
    del sizes  # A host has as many as it has places for them.
    tree.write("proc/diskstats", lines(
        f" 259 {disk:>7} nvme{disk}n1 1 2 3 4 5 6 7 8 9 10000 11 12 13 14 15 16 17" for disk in range(DISKS)))
    for disk in range(DISKS):
        tree.directories(f"sys/block/nvme{disk}n1/queue")
        tree.share(f"sys/block/nvme{disk}n1/queue/rotational", "0\n")
        tree.write(f"udev/b259:{disk}", f"E:ID_MODEL=SAMSUNG MZQL23T8\nE:ID_SERIAL_SHORT=S{disk:09}\n")


def write_host(directory, sizes=FULL):
    """The files of such a host in `directory`, which must be empty or not there."""
    host_archive.unpack(FIXTURE, pathlib.Path(directory))
    tree = Tree(directory)
    for write in (write_processes, write_proc_stat, write_cpu_tables, write_cpu_directories, write_interfaces,
                  write_mounts, write_sockets, write_disks):
        write(tree, sizes)


def roomy_directory():
    """Where the files are cheapest to write and to read: in memory if there is room, else as tempfile has it."""
    memory = "/dev/shm"
    try:
        status = os.statvfs(memory)
    except OSError:
        return None
    is_roomy = status.f_bavail * status.f_frsize > ROOM and status.f_favail > 1_000_000
    return memory if is_roomy and available_memory() > 2 * ROOM else None


def available_memory():
    for line in pathlib.Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 0


@contextlib.contextmanager
def temporary_host(sizes=FULL):
    """The directory of such a host, for as long as the `with` block lasts."""
    directory = tempfile.mkdtemp(prefix="large-host-", dir=roomy_directory())
    try:
        write_host(directory, sizes)
        yield directory
    finally:
        subprocess.run(["rm", "-rf", directory], check=True)  # Three times as fast as shutil.rmtree.


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("directory", metavar="DIR")
    for name, default in FULL._asdict().items():
        options.add_argument(f"--{name}", type=int, default=default, metavar="N")
    options = vars(options.parse_args())
    write_host(options.pop("directory"), Sizes(**options))


if __name__ == "__main__":
    main()
