#include <algorithm>
#include <array>

#include "collectors/collector.h"

namespace hostpulse::collectors {

extern const CollectorSpec kArpCollector;
extern const CollectorSpec kBcacheCollector;
extern const CollectorSpec kBcachefsCollector;
extern const CollectorSpec kBondingCollector;
extern const CollectorSpec kBtrfsCollector;
extern const CollectorSpec kBuddyinfoCollector;
extern const CollectorSpec kCertificateCollector;
extern const CollectorSpec kCgroupsCollector;
extern const CollectorSpec kConntrackCollector;
extern const CollectorSpec kCpuCollector;
extern const CollectorSpec kCpuVulnerabilitiesCollector;
extern const CollectorSpec kCpufreqCollector;
extern const CollectorSpec kDiskstatsCollector;
extern const CollectorSpec kDmiCollector;
extern const CollectorSpec kDmmultipathCollector;
extern const CollectorSpec kDrbdCollector;
extern const CollectorSpec kDrmCollector;
extern const CollectorSpec kEdacCollector;
extern const CollectorSpec kEntropyCollector;
extern const CollectorSpec kEthtoolCollector;
extern const CollectorSpec kFibrechannelCollector;
extern const CollectorSpec kFilefdCollector;
extern const CollectorSpec kFilesystemCollector;
extern const CollectorSpec kHwmonCollector;
extern const CollectorSpec kInfinibandCollector;
extern const CollectorSpec kInterruptsCollector;
extern const CollectorSpec kIpvsCollector;
extern const CollectorSpec kKernelHungCollector;
extern const CollectorSpec kKsmdCollector;
extern const CollectorSpec kLnstatCollector;
extern const CollectorSpec kLoadavgCollector;
extern const CollectorSpec kLogindCollector;
extern const CollectorSpec kMdadmCollector;
extern const CollectorSpec kMeminfoCollector;
extern const CollectorSpec kMeminfoNumaCollector;
extern const CollectorSpec kMountstatsCollector;
extern const CollectorSpec kNetclassCollector;
extern const CollectorSpec kNetdevCollector;
extern const CollectorSpec kNetstatCollector;
extern const CollectorSpec kNetworkRouteCollector;
extern const CollectorSpec kNfsCollector;
extern const CollectorSpec kNfsdCollector;
extern const CollectorSpec kNtpCollector;
extern const CollectorSpec kNvmeCollector;
extern const CollectorSpec kNvmesubsystemCollector;
extern const CollectorSpec kOsCollector;
extern const CollectorSpec kPcideviceCollector;
extern const CollectorSpec kPerfCollector;
extern const CollectorSpec kPowersupplyclassCollector;
extern const CollectorSpec kPressureCollector;
extern const CollectorSpec kProcessesCollector;
extern const CollectorSpec kQdiscCollector;
extern const CollectorSpec kRaplCollector;
extern const CollectorSpec kRunitCollector;
extern const CollectorSpec kSchedstatCollector;
extern const CollectorSpec kSelinuxCollector;
extern const CollectorSpec kSlabinfoCollector;
extern const CollectorSpec kSockstatCollector;
extern const CollectorSpec kSoftirqsCollector;
extern const CollectorSpec kSoftnetCollector;
extern const CollectorSpec kStatCollector;
extern const CollectorSpec kSupervisordCollector;
extern const CollectorSpec kSwapCollector;
extern const CollectorSpec kSysctlCollector;
extern const CollectorSpec kSystemdCollector;
extern const CollectorSpec kTapestatsCollector;
extern const CollectorSpec kTcpstatCollector;
extern const CollectorSpec kTextfileCollector;
extern const CollectorSpec kThermalZoneCollector;
extern const CollectorSpec kTimeCollector;
extern const CollectorSpec kTimexCollector;
extern const CollectorSpec kUdpQueuesCollector;
extern const CollectorSpec kUnameCollector;
extern const CollectorSpec kVmstatCollector;
extern const CollectorSpec kWatchdogCollector;
extern const CollectorSpec kWifiCollector;
extern const CollectorSpec kXfrmCollector;
extern const CollectorSpec kXfsCollector;
extern const CollectorSpec kZfsCollector;
extern const CollectorSpec kZoneinfoCollector;

namespace {

// One row a collector, in the order of their names.
constexpr auto kCollectors = std::to_array<const CollectorSpec*>({
    &kArpCollector,
    &kBcacheCollector,
    &kBcachefsCollector,
    &kBondingCollector,
    &kBtrfsCollector,
    &kBuddyinfoCollector,
    &kCertificateCollector,
    &kCgroupsCollector,
    &kConntrackCollector,
    &kCpuCollector,
    &kCpuVulnerabilitiesCollector,
    &kCpufreqCollector,
    &kDiskstatsCollector,
    &kDmiCollector,
    &kDmmultipathCollector,
    &kDrbdCollector,
    &kDrmCollector,
    &kEdacCollector,
    &kEntropyCollector,
    &kEthtoolCollector,
    &kFibrechannelCollector,
    &kFilefdCollector,
    &kFilesystemCollector,
    &kHwmonCollector,
    &kInfinibandCollector,
    &kInterruptsCollector,
    &kIpvsCollector,
    &kKernelHungCollector,
    &kKsmdCollector,
    &kLnstatCollector,
    &kLoadavgCollector,
    &kLogindCollector,
    &kMdadmCollector,
    &kMeminfoCollector,
    &kMeminfoNumaCollector,
    &kMountstatsCollector,
    &kNetclassCollector,
    &kNetdevCollector,
    &kNetstatCollector,
    &kNetworkRouteCollector,
    &kNfsCollector,
    &kNfsdCollector,
    &kNtpCollector,
    &kNvmeCollector,
    &kNvmesubsystemCollector,
    &kOsCollector,
    &kPcideviceCollector,
    &kPerfCollector,
    &kPowersupplyclassCollector,
    &kPressureCollector,
    &kProcessesCollector,
    &kQdiscCollector,
    &kRaplCollector,
    &kRunitCollector,
    &kSchedstatCollector,
    &kSelinuxCollector,
    &kSlabinfoCollector,
    &kSockstatCollector,
    &kSoftirqsCollector,
    &kSoftnetCollector,
    &kStatCollector,
    &kSupervisordCollector,
    &kSwapCollector,
    &kSysctlCollector,
    &kSystemdCollector,
    &kTapestatsCollector,
    &kTcpstatCollector,
    &kTextfileCollector,
    &kThermalZoneCollector,
    &kTimeCollector,
    &kTimexCollector,
    &kUdpQueuesCollector,
    &kUnameCollector,
    &kVmstatCollector,
    &kWatchdogCollector,
    &kWifiCollector,
    &kXfrmCollector,
    &kXfsCollector,
    &kZfsCollector,
    &kZoneinfoCollector,
});

}  // namespace

std::span<const CollectorSpec* const> CollectorTable() {
  return kCollectors;
}

const CollectorSpec* FindCollector(std::string_view name,
                                   std::span<const CollectorSpec* const> table) {
  const auto found = std::lower_bound(
      table.begin(), table.end(), name,
      [](const CollectorSpec* row, std::string_view wanted) { return row->name < wanted; });
  return found != table.end() && (*found)->name == name ? *found : nullptr;
}

}  // namespace hostpulse::collectors
