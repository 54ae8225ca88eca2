#include "collectors/planned_collectors.h"

#include <array>

namespace hostpulse::collectors {
namespace {

constexpr FlagSpec Filter(std::string_view name, std::string_view help,
                          std::string_view value = "") {
  return {.name = name, .type = FlagType::kRegex, .default_value = value, .help = help};
}

constexpr FlagSpec Switch(std::string_view name, std::string_view help,
                          std::string_view value = "false") {
  return {.name = name, .type = FlagType::kBool, .default_value = value, .help = help};
}

constexpr FlagSpec Text(std::string_view name, std::string_view help, std::string_view value = "") {
  return {.name = name, .default_value = value, .help = help};
}

constexpr FlagSpec List(std::string_view name, std::string_view help) {
  return {.name = name, .help = help, .repeatable = true};
}

constexpr FlagSpec Number(std::string_view name, std::string_view help, std::string_view value) {
  return {.name = name, .type = FlagType::kInt, .default_value = value, .help = help};
}

constexpr FlagSpec Length(std::string_view name, std::string_view help, std::string_view value) {
  return {.name = name, .type = FlagType::kDuration, .default_value = value, .help = help};
}

// The name that a flag had before: hidden, sets the new one.
constexpr FlagSpec Formerly(std::string_view name, std::string_view now) {
  return {.name = name,
          .type = FlagType::kRegex,
          .help = "The former name of this flag.",
          .hidden = true,
          .alias_of = now};
}

constexpr auto kBcache = std::to_array<FlagSpec>({
    Switch("collector.bcache.priorityStats", "Read priority_stats too, which is costly."),
});

constexpr auto kEthtool = std::to_array<FlagSpec>({
    Filter("collector.ethtool.device-include", "Devices to report; excludes device-exclude."),
    Filter("collector.ethtool.device-exclude", "Devices to leave out; excludes device-include."),
    Filter("collector.ethtool.metrics-include", "Driver statistics to report.", ".*"),
});

constexpr auto kHwmon = std::to_array<FlagSpec>({
    Filter("collector.hwmon.chip-include", "Chips to report; excludes chip-exclude."),
    Filter("collector.hwmon.chip-exclude", "Chips to leave out; excludes chip-include."),
    Filter("collector.hwmon.sensor-include", "Sensors to report, matched against \"chip;sensor\"."),
    Filter("collector.hwmon.sensor-exclude",
           "Sensors to leave out, matched against \"chip;sensor\"."),
});

constexpr auto kInfiniband = std::to_array<FlagSpec>({
    Filter("collector.infiniband.device-include", "Devices to report; excludes device-exclude."),
    Filter("collector.infiniband.device-exclude", "Devices to leave out; excludes device-include."),
});

constexpr auto kInterrupts = std::to_array<FlagSpec>({
    Filter("collector.interrupts.name-include",
           "Interrupts to report, matched against \"type;info;devices\"."),
    Filter("collector.interrupts.name-exclude",
           "Interrupts to leave out, matched against \"type;info;devices\"."),
    Switch("collector.interrupts.include-zeros", "Report interrupts that never came.", "true"),
});

constexpr auto kIpvs = std::to_array<FlagSpec>({
    Text("collector.ipvs.backend-labels", "Labels of the backend statistics, comma-separated.",
         "local_address,local_port,remote_address,remote_port,proto,local_mark"),
});

constexpr auto kNtp = std::to_array<FlagSpec>({
    Text("collector.ntp.server", "NTP server to ask.", "127.0.0.1"),
    Number("collector.ntp.server-port", "UDP port of the NTP server.", "123"),
    Number("collector.ntp.protocol-version", "Version of the NTP protocol.", "4"),
    Switch("collector.ntp.server-is-local", "Vouches that a server with another address is local."),
    Number("collector.ntp.ip-ttl", "Time to live of the packets sent.", "1"),
    Length("collector.ntp.max-distance", "Largest accumulated distance to the root.", "3.46608s"),
    Length("collector.ntp.local-offset-tolerance", "Offset between clocks that is tolerated.",
           "1ms"),
});

constexpr auto kPcidevice = std::to_array<FlagSpec>({
    Text("collector.pcidevice.idsfile", "The pci.ids file; empty: where it usually is."),
    Switch("collector.pcidevice.names", "Resolve vendor, device and class names."),
});

constexpr auto kPowersupply = std::to_array<FlagSpec>({
    Filter("collector.powersupply.ignored-supplies", "Power supplies to leave out.", "^$"),
});

constexpr auto kQdisc = std::to_array<FlagSpec>({
    Filter("collector.qdisc.device-include", "Devices to report; excludes device-exclude."),
    Filter("collector.qdisc.device-exclude", "Devices to leave out; excludes device-include."),
    Text("collector.qdisc.fixtures", "Directory with a results.json to read instead of netlink."),
    Formerly("collector.qdisk.device-include", "collector.qdisc.device-include"),
    Formerly("collector.qdisk.device-exclude", "collector.qdisc.device-exclude"),
});

constexpr auto kRapl = std::to_array<FlagSpec>({
    Switch("collector.rapl.enable-zone-label", "Name the zone in a label, not in the metric."),
});

constexpr auto kSlabinfo = std::to_array<FlagSpec>({
    Filter("collector.slabinfo.slabs-include", "Slab caches to report.", ".*"),
    Filter("collector.slabinfo.slabs-exclude", "Slab caches to leave out."),
});

constexpr auto kSysctl = std::to_array<FlagSpec>({
    List("collector.sysctl.include", "A numeric sysctl: name, or name:key1,key2 for several."),
    List("collector.sysctl.include-info", "A sysctl whose text becomes a label."),
});

constexpr auto kTapestats = std::to_array<FlagSpec>({
    Filter("collector.tapestats.ignored-devices", "Tape drives to leave out.", "^$"),
});

constexpr auto kWifi = std::to_array<FlagSpec>({
    Text("collector.wifi.fixtures", "Directory of JSON files to read instead of netlink."),
});

constexpr CollectorSpec On(std::string_view name, std::string_view help,
                           std::span<const FlagSpec> flags = {}) {
  return {.name = name, .on_by_default = true, .help = help, .flags = flags};
}

constexpr CollectorSpec Off(std::string_view name, std::string_view help,
                            std::span<const FlagSpec> flags = {}) {
  return {.name = name, .on_by_default = false, .help = help, .flags = flags};
}

constexpr auto kPlanned = std::to_array<CollectorSpec>({
    On("bcache", "Statistics of bcache sets and devices (/sys/fs/bcache).", kBcache),
    On("bcachefs", "Statistics of bcachefs file systems (/sys/fs/bcachefs)."),
    On("bonding", "Configured and active members of bonded interfaces."),
    On("btrfs", "Allocation and device errors of btrfs file systems."),
    Off("buddyinfo", "Free page blocks by order, zone and node (/proc/buddyinfo)."),
    Off("cgroups", "Number of control groups by controller (/proc/cgroups)."),
    Off("cpu_vulnerabilities", "What the kernel says of vulnerabilities of the CPU."),
    On("dmi", "Identity of board, chassis and product as labels."),
    On("dmmultipath", "Multipath maps of the device mapper and their paths."),
    Off("drbd", "State of DRBD 8 resources (/proc/drbd)."),
    Off("drm", "Load and memory of AMD graphics cards."),
    On("edac", "Memory errors that were corrected or not."),
    Off("ethtool", "Statistics and settings that network drivers report.", kEthtool),
    On("fibrechannel", "Ports and statistics of Fibre Channel hosts."),
    On("hwmon", "Hardware sensors: temperature, fan, voltage, power.", kHwmon),
    On("infiniband", "Ports and counters of InfiniBand and RoCE devices.", kInfiniband),
    Off("interrupts", "Interrupts by CPU and source (/proc/interrupts).", kInterrupts),
    On("ipvs", "Totals and backends of the IP virtual server.", kIpvs),
    On("kernel_hung", "Tasks that the kernel saw hanging since boot."),
    Off("ksmd", "Pages merged by the kernel's same-page merging."),
    Off("lnstat", "Statistics of network caches (/proc/net/stat)."),
    On("mdadm", "State of software RAID arrays (/proc/mdstat)."),
    Off("meminfo_numa", "Memory use by NUMA node."),
    Off("mountstats", "NFS client statistics by mount."),
    Off("network_route", "The routing table as labels."),
    On("nfs", "RPC calls of the NFS client."),
    On("nfsd", "RPC calls and caches of the NFS server."),
    Off("ntp", "Whether a local NTP daemon is sane (deprecated).", kNtp),
    On("nvme", "NVMe controllers and namespaces."),
    Off("nvmesubsystem", "Paths of NVMe over fabrics subsystems."),
    Off("pcidevice", "PCI devices: link, power state, SR-IOV.", kPcidevice),
    On("powersupplyclass", "Batteries and power adapters.", kPowersupply),
    Off("processes", "Processes and threads by state."),
    Off("qdisc", "Queueing disciplines of network devices.", kQdisc),
    On("rapl", "Energy counters of the CPU package (needs root).", kRapl),
    On("selinux", "Mode of SELinux."),
    Off("slabinfo", "Slab caches of the kernel (needs root).", kSlabinfo),
    Off("softirqs", "Soft interrupts by CPU and type (/proc/softirqs)."),
    Off("swap", "Use of each swap device (/proc/swaps)."),
    Off("sysctl", "Values of chosen sysctls.", kSysctl),
    On("tapestats", "Input and output of SCSI tape drives.", kTapestats),
    Off("tcpstat", "TCP sockets by state, and their queues."),
    On("thermal_zone", "Thermal zones and cooling devices."),
    On("watchdog", "Watchdog devices."),
    Off("wifi", "Stations and interfaces of wireless networks.", kWifi),
    Off("xfrm", "Errors of IPsec transforms (/proc/net/xfrm_stat)."),
    On("xfs", "Run-time statistics of XFS file systems."),
    On("zfs", "Statistics of OpenZFS (/proc/spl/kstat/zfs)."),
    Off("zoneinfo", "Pages and NUMA events by memory zone (/proc/zoneinfo)."),
});

}  // namespace

std::span<const CollectorSpec> PlannedCollectors() {
  return kPlanned;
}

}  // namespace hostpulse::collectors
