"""What the benches share: where things are, other processes' CPU and memory, the table that is printed."""
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
COLLECTORS = ("arp conntrack cpu cpufreq diskstats entropy filefd filesystem loadavg meminfo netclass netdev "
              "netstat os pressure schedstat sockstat softnet stat textfile time timex udp_queues uname "
              "vmstat").split()


def collector_flags():
    """The everyday collectors, which node_exporter and hostpulse both have."""
    return ["--collector.disable-defaults"] + [f"--collector.{name}" for name in COLLECTORS]


def need(program, package):
    """Path of a program of the distribution."""
    return shutil.which(program) or sys.exit(f"bench: {package} is not installed (scripts/install-deps --test)")


def need_built(path):
    if not os.path.exists(path):
        sys.exit(f"bench: no {path} (scripts/build)")
    return str(path)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def cpu_seconds(pid):
    """CPU time of all threads of another process, to the nanosecond (clock_getcpuclockid)."""
    return time.clock_gettime((~pid << 3) | 2)


def smaps(pid, field):
    with open(f"/proc/{pid}/smaps_rollup") as f:
        return sum(int(line.split()[1]) for line in f if line.startswith(field)) / 1024


def wait_until(condition, what, timeout):
    """The first true value of condition()."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    sys.exit(f"bench: {what}: not within {timeout} s")


def start(argv, log):
    return subprocess.Popen([str(word) for word in argv], stdout=log, stderr=subprocess.STDOUT)


def stop(process, timeout=90):
    """SIGTERM; how many seconds it took to end."""
    began = time.monotonic()
    process.terminate()
    process.wait(timeout)
    return time.monotonic() - began


def cell(value):
    if value is None:
        return "-"
    return value if isinstance(value, str) else f"{value:.3f}".rstrip("0").rstrip(".")


def print_table(columns, rows):
    """Rows are [name, value, value ...]; numbers to the right, None as a dash."""
    lines = [columns] + [[row[0]] + [cell(value) for value in row[1:]] for row in rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(columns))]
    for line in lines:
        print("  ".join(text.ljust(width) if i == 0 else text.rjust(width)
                        for i, (text, width) in enumerate(zip(line, widths))).rstrip())
