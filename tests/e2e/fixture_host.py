"""Runs the program over the host of tests/fixtures/host.tree, which has something of everything, and
holds what it says against tests/fixtures/host.golden; where Debian's node_exporter is installed,
against what that says of the same host, too.

Left out are the collectors that ask the running kernel or a server instead of files: ethtool, logind,
network_route, ntp, perf, supervisord, systemd, tcpstat, timex, uname; and the netlink half of arp,
netclass and netdev.

usage: fixture_host.py PATH-OF-HOSTPULSE [--update]     --update writes the golden file anew
"""

import difflib
import math
import pathlib
import re
import subprocess
import sys
import tempfile

import harness
import node_exporter_rules as rules

TESTS = pathlib.Path(__file__).resolve().parent.parent
GOLDEN = TESTS / "fixtures/host.golden"
sys.path.insert(0, str(TESTS / "support"))
import host_archive  # noqa: E402

# With a later node_exporter alone, or with one that was built for it.
OURS_ALONE = """bcachefs cpu_vulnerabilities dmmultipath filesystem kernel_hung nvmesubsystem pcidevice
    softirqs swap watchdog xfrm""".split()
BOTH = """arp bcache bonding btrfs buddyinfo cgroups conntrack cpu cpufreq diskstats dmi drbd drm edac
    entropy fibrechannel filefd hwmon infiniband interrupts ipvs ksmd lnstat loadavg mdadm meminfo
    meminfo_numa mountstats netclass netdev netstat nfs nfsd nvme os powersupplyclass pressure processes
    qdisc rapl runit schedstat selinux slabinfo sockstat softnet stat sysctl tapestats textfile
    thermal_zone time udp_queues vmstat wifi xfs zfs zoneinfo""".split()

# What a run or the machine below decides. Of a varying value the series stays, its value goes.
ABSENT_FROM_GOLDEN = (r"(node_exporter_build_info|node_scrape_collector_duration_seconds|node_time_seconds|"
                      r"(hostpulse_(?!textfile_)|process_|promhttp_).*)$")
VARYING = r"node_filesystem_(avail|files|files_free|free|size)(_bytes)?\{"

# Where the two differ over this host, and why. Series by a pattern of their text.
EXPLAINED = {
    r"node_btrfs_global_rsv_size_bytes\b.*": "1.5's library misses this file",
    r"node_selinux_.*": "1.5 asks the machine below, whatever --path.sysfs says",
    r"node_zfs_zpool_dataset_.*dataset=\"tank/home\".*": "1.5 cuts names at a space",
    r"node_time_(seconds|clocksource.*)": "of the moment",
    r"node_scrape_collector_.*": "of the run",
}


def arguments(host, collectors, port=None):
    root = f"{host}/root"
    listen = [f"--web.listen-address=127.0.0.1:{port}"] if port else []
    return [*listen, "--collector.disable-defaults", *(f"--collector.{name}" for name in collectors),
            f"--path.procfs={host}/proc", f"--path.sysfs={host}/sys", f"--path.rootfs={root}",
            f"--path.udev.data={host}/udev", f"--collector.textfile.directory={root}/textfiles",
            f"--collector.qdisc.fixtures={root}/fixtures", f"--collector.wifi.fixtures={root}/wifi",
            f"--collector.runit.servicedir={root}/service", "--no-collector.netdev.netlink",
            "--collector.sysctl.include=kernel.threads-max", "--collector.cpu.info",
            "--collector.stat.softirq"]


def our_arguments(host, collectors):
    return [*arguments(host, collectors), "--no-collector.arp.netlink", "--no-collector.netclass.netlink",
            f"--collector.pcidevice.idsfile=/pci.ids", "--collector.pcidevice.names",
            "--collector.bcache.priorityStats", "--collector.cpu.info.flags-include=aes|avx.*",
            "--collector.cpu.info.bugs-include=.*", "--collector.sysctl.include-info=kernel.core_pattern"]


def gather(hostpulse, host, collectors):
    """The exposition of one collection; the log of it goes to our own standard error."""
    return subprocess.run([hostpulse, "once", *our_arguments(host, collectors)], stdout=subprocess.PIPE,
                          text=True, check=True, timeout=60, env={"TZ": "UTC"}).stdout


def for_golden(exposition, host):
    """The lines that are the same in every run on every machine."""
    lines, families = [], exposition.replace(str(host), "/host").split("# HELP ")
    for family in families[1:]:
        name = family.split(" ", 1)[0]
        if re.match(ABSENT_FROM_GOLDEN, name):
            continue
        for line in f"# HELP {family}".rstrip("\n").split("\n"):
            lines.append(re.sub(r" \S+$", " *", line) if re.match(VARYING, line) else line)
    return lines


def golden_problems(lines):
    wanted = GOLDEN.read_text().splitlines()
    return list(difflib.unified_diff(wanted, lines, str(GOLDEN), "this run", lineterm="", n=1))


def text_of(series):
    name, labels = series
    return name + "{" + ",".join(f'{label}="{value}"' for label, value in labels) + "}"


def series_of(exposition, host, is_ours):
    """{series: (value, type)} of what is node_exporter's."""
    found = {}
    for family in harness.parse_exposition(exposition.replace(str(host), "/host")).values():
        added = rules.added_labels(family.name) if is_ours else set()
        for series, value in family.samples.items():
            found[rules.without_labels(series, added)] = (value, family.type)
    return found


def ask_node_exporter(program, host):
    """Its exposition over the same host; the collectors that it does not know are left out."""
    known = subprocess.run([program, "--help"], capture_output=True, text=True, check=False, timeout=30)
    known = known.stdout + known.stderr
    collectors = [name for name in BOTH if f"--[no-]collector.{name} " in known or f"--collector.{name} " in known]
    port = harness.free_port()
    with harness.Process([program, *arguments(host, collectors, port)], env={"TZ": "UTC"}) as peer:
        peer.wait_listening(port)
        answer = harness.request(f"http://127.0.0.1:{port}/metrics", headers={"Accept": "text/plain"})
    return answer.text, collectors


def difference(series, theirs, ours):
    """What is wrong with ours, None where nothing is."""
    if rules.matches(rules.NOT_COMPARED | EXPLAINED, series[0]) or rules.matches(EXPLAINED, text_of(series)):
        return None
    if ours is None:
        return None if rules.matches(rules.MAY_BE_ABSENT, series[0]) else "is not there"
    same = math.isclose(ours[0], theirs[0], rel_tol=1e-12) or math.isnan(ours[0]) and math.isnan(theirs[0])
    return None if same and ours[1] == theirs[1] else f"is {ours}, theirs {theirs}"


def peer_problems(hostpulse, host):
    program = harness.find_tool("prometheus-node-exporter")
    exposition, collectors = ask_node_exporter(program, host)
    theirs = {series: value for series, value in series_of(exposition, host, False).items()
              if series[0].startswith("node_") or series[0] in ("a", "b_total")}
    ours = series_of(gather(hostpulse, host, collectors), host, True)
    failed = [text_of(series) for series, (value, _) in theirs.items()
              if series[0] == "node_scrape_collector_success" and value != 1]
    problems = [f"node_exporter could not read the host: {text}" for text in failed]
    for series, value in sorted(theirs.items()):
        if problem := difference(series, value, ours.get(series)):
            problems.append(f"{text_of(series)} {problem}")
    print(f"{len(theirs)} series of node_exporter's {len(collectors)} collectors compared, {len(problems)} problems")
    return problems if len(theirs) > 1000 else [*problems, "fewer series than there were"]


def main():
    hostpulse = sys.argv[1]
    with tempfile.TemporaryDirectory() as directory:
        host = pathlib.Path(directory).resolve()
        host_archive.unpack(TESTS / "fixtures/host.tree", host)
        lines = for_golden(gather(hostpulse, host, sorted(BOTH + OURS_ALONE)), host)
        if "--update" in sys.argv:
            GOLDEN.write_text("\n".join(lines) + "\n")
        problems = golden_problems(lines)
        print(f"{len(lines)} lines held against {GOLDEN.name}")
        print("\n".join(problems))
        if problems:
            return 1
        problems = peer_problems(hostpulse, host)
        print("\n".join(problems))
        return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
