#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "collectors/collector.h"

namespace hostpulse::collectors {
namespace {

// Every collector of node_exporter 1.12 with its default and its flags, in the order of names.
constexpr const char* kNodeExporter = R"(
arp on
  --collector.arp.device-exclude=
  --collector.arp.device-include=
  --collector.arp.netlink=true
bcache on
  --collector.bcache.priorityStats=false
bcachefs on
bonding on
btrfs on
buddyinfo off
cgroups off
conntrack on
cpu on
  --collector.cpu.guest=true
  --collector.cpu.info.bugs-include=
  --collector.cpu.info.flags-include=
  --collector.cpu.info=false
cpu_vulnerabilities off
cpufreq on
diskstats on
  --collector.diskstats.device-exclude=^(z?ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\d+n\d+p)\d+$
  --collector.diskstats.device-include=
  --collector.diskstats.ignored-devices is hidden and sets --collector.diskstats.device-exclude
dmi on
dmmultipath on
drbd off
drm off
edac on
entropy on
ethtool off
  --collector.ethtool.device-exclude=
  --collector.ethtool.device-include=
  --collector.ethtool.metrics-include=.*
fibrechannel on
filefd on
filesystem on
  --collector.filesystem.fs-types-exclude=^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|iso9660|mqueue|nsfs|overlay|proc|procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|erofs|sysfs|tracefs)$
  --collector.filesystem.fs-types-include=
  --collector.filesystem.ignored-fs-types is hidden and sets --collector.filesystem.fs-types-exclude
  --collector.filesystem.ignored-mount-points is hidden and sets --collector.filesystem.mount-points-exclude
  --collector.filesystem.mount-points-exclude=^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+|var/lib/containers/storage/.+)($|/)
  --collector.filesystem.mount-points-include=
  --collector.filesystem.mount-timeout=5s (hidden)
  --collector.filesystem.stat-workers=4 (hidden)
hwmon on
  --collector.hwmon.chip-exclude=
  --collector.hwmon.chip-include=
  --collector.hwmon.sensor-exclude=
  --collector.hwmon.sensor-include=
infiniband on
  --collector.infiniband.device-exclude=
  --collector.infiniband.device-include=
interrupts off
  --collector.interrupts.include-zeros=true
  --collector.interrupts.name-exclude=
  --collector.interrupts.name-include=
ipvs on
  --collector.ipvs.backend-labels=local_address,local_port,remote_address,remote_port,proto,local_mark
kernel_hung on
ksmd off
lnstat off
loadavg on
logind off
mdadm on
meminfo on
meminfo_numa off
mountstats off
netclass on
  --collector.netclass.ignore-invalid-speed=false
  --collector.netclass.ignored-devices=^$
  --collector.netclass.netlink=false
  --collector.netclass_rtnl.with-stats=false
netdev on
  --collector.netdev.address-info=false
  --collector.netdev.device-blacklist is hidden and sets --collector.netdev.device-exclude
  --collector.netdev.device-exclude=
  --collector.netdev.device-include=
  --collector.netdev.device-whitelist is hidden and sets --collector.netdev.device-include
  --collector.netdev.enable-detailed-metrics=false
  --collector.netdev.label-ifalias=false
  --collector.netdev.netlink=true
netstat on
  --collector.netstat.fields=^(.*_(InErrors|InErrs)|Ip_Forwarding|Ip(6|Ext)_(InOctets|OutOctets)|Icmp6?_(InMsgs|OutMsgs)|TcpExt_(Listen.*|Syncookies.*|TCPSynRetrans|TCPTimeouts|TCPOFOQueue|TCPRcvQDrop)|Tcp_(ActiveOpens|InSegs|OutSegs|OutRsts|PassiveOpens|RetransSegs|CurrEstab)|Udp6?_(InDatagrams|OutDatagrams|NoPorts|RcvbufErrors|SndbufErrors))$
network_route off
nfs on
nfsd on
ntp off
  --collector.ntp.ip-ttl=1
  --collector.ntp.local-offset-tolerance=1ms
  --collector.ntp.max-distance=3.46608s
  --collector.ntp.protocol-version=4
  --collector.ntp.server-is-local=false
  --collector.ntp.server-port=123
  --collector.ntp.server=127.0.0.1
nvme on
nvmesubsystem off
os on
pcidevice off
  --collector.pcidevice.idsfile=
  --collector.pcidevice.names=false
perf off
  --collector.perf.cache-profilers (repeatable)
  --collector.perf.cpus=
  --collector.perf.disable-cache-profilers=false
  --collector.perf.disable-hardware-profilers=false
  --collector.perf.disable-software-profilers=false
  --collector.perf.hardware-profilers (repeatable)
  --collector.perf.software-profilers (repeatable)
  --collector.perf.tracepoint (repeatable)
powersupplyclass on
  --collector.powersupply.ignored-supplies=^$
pressure on
processes off
qdisc off
  --collector.qdisc.device-exclude=
  --collector.qdisc.device-include=
  --collector.qdisc.fixtures=
  --collector.qdisk.device-exclude is hidden and sets --collector.qdisc.device-exclude
  --collector.qdisk.device-include is hidden and sets --collector.qdisc.device-include
rapl on
  --collector.rapl.enable-zone-label=false
runit off
  --collector.runit.servicedir=/etc/service
schedstat on
selinux on
slabinfo off
  --collector.slabinfo.slabs-exclude=
  --collector.slabinfo.slabs-include=.*
sockstat on
softirqs off
softnet on
stat on
  --collector.stat.softirq=false
supervisord off
  --collector.supervisord.url=http://localhost:9001/RPC2 (env SUPERVISORD_URL)
swap off
sysctl off
  --collector.sysctl.include (repeatable)
  --collector.sysctl.include-info (repeatable)
systemd off
  --collector.systemd.enable-restarts-metrics=false
  --collector.systemd.enable-start-time-metrics=false
  --collector.systemd.enable-task-metrics=false
  --collector.systemd.private=false (hidden)
  --collector.systemd.unit-blacklist is hidden and sets --collector.systemd.unit-exclude
  --collector.systemd.unit-exclude=.+\.(automount|device|mount|scope|slice)
  --collector.systemd.unit-include=.+
  --collector.systemd.unit-whitelist is hidden and sets --collector.systemd.unit-include
tapestats on
  --collector.tapestats.ignored-devices=^$
tcpstat off
textfile on
  --collector.textfile.directory (repeatable)
thermal_zone on
time on
timex on
udp_queues on
uname on
vmstat on
  --collector.vmstat.fields=^(oom_kill|pgpg|pswp|pg.*fault).*
watchdog on
wifi off
  --collector.wifi.fixtures=
xfrm off
xfs on
zfs on
zoneinfo off
)";

std::string Describe(const FlagSpec& flag) {
  std::string line = "  --" + std::string(flag.name);
  if (!flag.alias_of.empty()) {
    return line + (flag.hidden ? " is hidden and sets --" : " sets --") +
           std::string(flag.alias_of) + "\n";
  }
  if (flag.repeatable) {
    line += " (repeatable)";
  } else {
    line.append("=").append(flag.default_value);
  }
  if (flag.hidden) line += " (hidden)";
  if (!flag.env.empty()) line.append(" (env ").append(flag.env).append(")");
  return line + "\n";
}

TEST(CollectorTableTest, HasNodeExportersNamesDefaultsAndFlags) {
  std::string table = "\n";
  for (const CollectorSpec* spec : CollectorTable()) {
    if (spec->name == "certificate") continue;  // Ours.
    table.append(spec->name).append(spec->on_by_default ? " on\n" : " off\n");
    std::vector<std::string> flags;
    for (const FlagSpec& flag : spec->flags) flags.push_back(Describe(flag));
    std::sort(flags.begin(), flags.end());
    for (const std::string& flag : flags) table += flag;
  }
  EXPECT_EQ(table, kNodeExporter);
}

TEST(CollectorTableTest, IsSortedWithEachNameOnce) {
  const auto table = CollectorTable();
  const auto not_rising = [](const CollectorSpec* a, const CollectorSpec* b) {
    return a->name >= b->name;
  };
  EXPECT_EQ(std::adjacent_find(table.begin(), table.end(), not_rising), table.end());
}

TEST(CollectorTableTest, FindsEachByItsName) {
  for (const CollectorSpec* spec : CollectorTable()) EXPECT_EQ(FindCollector(spec->name), spec);
  EXPECT_EQ(FindCollector("cpuu"), nullptr);
  EXPECT_EQ(FindCollector(""), nullptr);
  EXPECT_EQ(FindCollector("~"), nullptr);
}

TEST(CollectorTableTest, SaysOfEachWhatItIs) {
  for (const CollectorSpec* spec : CollectorTable()) {
    EXPECT_TRUE(spec->help.ends_with('.')) << spec->name;
    EXPECT_NE(spec->make, nullptr) << spec->name;
    EXPECT_FALSE(spec->metrics.empty()) << spec->name;
  }
}

TEST(CollectorTableTest, GivesEveryFlagAHelpAndADefaultThatItAccepts) {
  std::set<std::string_view> seen;
  for (const CollectorSpec* spec : CollectorTable()) {
    for (const FlagSpec& flag : spec->flags) {
      EXPECT_TRUE(seen.insert(flag.name).second) << flag.name;
      EXPECT_TRUE(flag.name.starts_with("collector.")) << flag.name;
      EXPECT_FALSE(flag.help.empty()) << flag.name;
      if (!flag.repeatable && flag.alias_of.empty()) {
        EXPECT_EQ(CheckFlagValue(flag, flag.default_value), Status());
      }
    }
  }
}

TEST(CollectorTableTest, GivesEveryMetricANameATypeAndOneSentence) {
  for (const CollectorSpec* spec : CollectorTable()) {
    for (const MetricDesc& metric : spec->metrics) {
      const bool is_ours = metric.name.starts_with("hostpulse_");
      EXPECT_TRUE(is_ours || metric.name.starts_with("node_")) << metric.name;
      EXPECT_TRUE(metric.help.ends_with('.')) << metric.name;
      EXPECT_EQ(metric.help.find('\n'), metric.help.npos) << metric.name;
      EXPECT_EQ(metric.labels.find(' '), metric.labels.npos) << metric.name;
      std::vector<std::string_view> labels;
      for (std::string_view rest = metric.labels; !rest.empty();) {
        labels.push_back(rest.substr(0, rest.find(',')));
        rest.remove_prefix(std::min(rest.size(), labels.back().size() + 1));
      }
      EXPECT_TRUE(std::is_sorted(labels.begin(), labels.end())) << metric.name;
    }
  }
}

}  // namespace
}  // namespace hostpulse::collectors
