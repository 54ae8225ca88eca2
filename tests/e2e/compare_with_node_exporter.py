"""Scrapes Debian's node_exporter and hostpulse on this host and holds every series of the first
against the second: name, type, labels and value.

Both run with the same collectors, zone and textfiles. Each round scrapes hostpulse, node_exporter
and hostpulse again, so that what only grows has to lie between the two. What moves both ways gets
the tolerance of TOLERANCES; what the host changes meanwhile may differ in a round, not in all.

usage: compare_with_node_exporter.py PATH-OF-HOSTPULSE [--verbose]
"""

import math
import os
import re
import sys
import tempfile

import harness
import node_exporter_rules as rules

COLLECTORS = """arp conntrack cpu cpufreq diskstats entropy filefd filesystem loadavg meminfo netclass
    netdev netstat os pressure schedstat sockstat softnet stat textfile time timex udp_queues uname
    vmstat""".split()
ROUNDS = 5
# Of 1.5, whose default does not have zram, which a later one leaves out.
DISKS_EXCLUDE = r"^(ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\d+n\d+p)\d+$"

TEXTFILES = {
    "plain.prom": '# HELP plain_total Things, \\\\ and\\nmore.\n# TYPE plain_total counter\n'
                  'plain_total{kind="a\\"b\\\\c\\nd"} 12\nplain_total{kind=""} 1e+30\n',
    "nohelp.prom": "nohelp 5\nnohelp{x=\"y\"} NaN\nnohelp_inf -Inf\nnohelp_small 4.9e-324\n",
    "shared1.prom": "shared{file=\"1\"} 1\n",
    "shared2.prom": "shared{file=\"2\"} 2\n",
    "parts.prom": '# TYPE h histogram\nh_bucket{le="0.5"} 1\nh_bucket{le="+Inf"} 3\nh_sum 4.5\n'
                  'h_count 3\n# TYPE s summary\ns{quantile="0.9"} 7\ns_sum 9\ns_count 2\n',
    "broken.prom": "broken 1\nbroken{ 2\n",
    "cut_off.prom": "cut_off 1",
    "stamped.prom": "stamped 1 1700000000000\n",
}

# Metrics that move both ways: how far a value may lie outside what hostpulse saw before and after,
# as a share of it and absolutely.
TOLERANCES = [
    (r"node_memory_.*", 0.10, 64 << 20),
    (r"node_filesystem_(avail|free)_bytes", 0.05, 256 << 20),
    (r"node_filesystem_files_free", 0.05, 1000),
    (r"node_(load1|load5|load15)", 0.2, 1),
    (r"node_procs_(running|blocked)", 0, 8),
    (r"node_filefd_allocated", 0.2, 200),
    (r"node_entropy_available_bits", 0, 256),
    (r"node_sockstat_.*", 0.2, 64),
    (r"node_sockstat_.*_bytes", 0.2, 64 * 4096),
    (r"node_netstat_Tcp_CurrEstab", 0.2, 16),
    (r"node_cpu_scaling_frequency_hertz", 0.5, 0),
    (r"node_timex_.*_seconds", 0.01, 0.01),
    (r"node_timex_(status|pps_.*)", 0.01, 0),
    (r"node_disk_io_now", 0, 64),
    (r"node_nf_conntrack_entries", 0.2, 64),
    (r"node_arp_entries", 0, 4),
    (r"node_udp_queues", 0, 1 << 20),
    (r"node_softnet_backlog_len", 0, 64),
]


def rule(table, name):
    """The value of the last pattern that matches, or None."""
    found = None
    for pattern, *value in table:
        if re.fullmatch(pattern, name):
            found = value
    return found


def is_within(value, before, after, name, is_counter):
    if math.isnan(value):
        return math.isnan(before) and math.isnan(after)
    low, high = min(before, after), max(before, after)
    if low <= value <= high:
        return True
    share, absolute = (None if is_counter else rule(TOLERANCES, name)) or (0, 0)
    # node_exporter scales some values in another order of operations.
    slack = max(abs(value) * max(share, 1e-12), absolute)
    return low - slack <= value <= high + slack


class Comparison:
    """What has been found wrong in the rounds so far."""

    def __init__(self):
        self.compared = 0
        self.type_errors = {}
        self.open = None  # {series: what was wrong in every round}

    def add_round(self, before, peer, after):
        wrong, self.compared = {}, 0
        for name, family in sorted(peer.items()):
            if not name.startswith("node_") and name not in PASSED_THROUGH:
                continue
            if rules.matches(rules.NOT_COMPARED, name):
                continue
            self._compare_type(family, before.get(name))
            for key, value in family.samples.items():
                self.compared += 1
                problem = self._compare_sample(family, key, value, before, after)
                if problem:
                    wrong[key] = problem
        if self.open is None:
            self.open = wrong
        else:
            self.open = {key: wrong[key] for key in self.open if key in wrong}

    def _compare_type(self, theirs, ours):
        if ours and ours.type != theirs.type:
            self.type_errors[theirs.name] = f"type is {ours.type} instead of {theirs.type}"

    @staticmethod
    def _compare_sample(family, key, value, before, after):
        old, new = (scrape.get(family.name) for scrape in (before, after))
        if not old or not new:
            absent = rules.matches(rules.MAY_BE_ABSENT, family.name)
            return None if absent else "family is not there"
        old_value, new_value = old.samples.get(key), new.samples.get(key)
        if old_value is None or new_value is None:
            return "series is not there"
        grows = family.type in ("counter", "histogram")
        if not is_within(value, old_value, new_value, key[0], grows):
            return f"{value!r} is not within {old_value!r} .. {new_value!r}"
        return None

    def problems(self):
        yield from (f"{name}: {what}" for name, what in sorted(self.type_errors.items()))
        for (name, labels), what in sorted(self.open.items()):
            text = ",".join(f'{label}="{value}"' for label, value in labels)
            yield f"{name}{{{text}}}: {what}"


PASSED_THROUGH = {"plain_total", "nohelp", "nohelp_inf", "nohelp_small", "shared", "h", "s"}


def scrape(url, is_ours):
    answer = harness.request(url, headers={"Accept": "text/plain"})
    if answer.status != 200:
        raise RuntimeError(f"{url}: status {answer.status}: {answer.text[:500]}")
    families = harness.parse_exposition(answer.text)
    for family in families.values():
        added = rules.added_labels(family.name) if is_ours else set()
        family.samples = {rules.without_labels(key, added): value for key, value in family.samples.items()}
    return families


def command(program, port, textfiles):
    return [program, f"--web.listen-address=127.0.0.1:{port}", "--collector.disable-defaults",
            *(f"--collector.{name}" for name in COLLECTORS),
            f"--collector.textfile.directory={textfiles}",
            f"--collector.diskstats.device-exclude={DISKS_EXCLUDE}"]


def compare(hostpulse, node_exporter, textfiles):
    comparison = Comparison()
    our_port, their_port = harness.free_port(), harness.free_port()
    zone = {"TZ": "Asia/Kolkata"} if os.path.exists("/usr/share/zoneinfo/Asia/Kolkata") else {}
    with harness.Process(command(hostpulse, our_port, textfiles), env=zone) as ours, \
            harness.Process(command(node_exporter, their_port, textfiles), env=zone) as theirs:
        ours.wait_listening(our_port)
        theirs.wait_listening(their_port)
        our_url, their_url = (f"http://127.0.0.1:{port}/metrics" for port in (our_port, their_port))
        scrape(our_url, True)
        scrape(their_url, False)
        for _ in range(ROUNDS):
            comparison.add_round(scrape(our_url, True), scrape(their_url, False),
                                 scrape(our_url, True))
        if "--verbose" in sys.argv:
            print(ours.output())
    return comparison


def main():
    hostpulse = sys.argv[1]
    if not os.path.exists(hostpulse):
        harness.skip(f"{hostpulse} is not built")
    node_exporter = harness.find_tool("prometheus-node-exporter")
    with tempfile.TemporaryDirectory() as textfiles:
        for name, text in TEXTFILES.items():
            with open(os.path.join(textfiles, name), "w", encoding="utf-8") as file:
                file.write(text)
        comparison = compare(hostpulse, node_exporter, textfiles)
    problems = list(comparison.problems())
    print(f"{comparison.compared} series of node_exporter compared in {ROUNDS} rounds, "
          f"{len(problems)} differ")
    print("\n".join(problems))
    return 1 if problems or comparison.compared < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
