#include <algorithm>
#include <array>
#include <vector>

#include "collectors/collector.h"
#include "collectors/planned_collectors.h"

namespace hostpulse::collectors {

extern const CollectorSpec kArpCollector;
extern const CollectorSpec kConntrackCollector;
extern const CollectorSpec kCpuCollector;
extern const CollectorSpec kCpufreqCollector;
extern const CollectorSpec kDiskstatsCollector;
extern const CollectorSpec kEntropyCollector;
extern const CollectorSpec kFilefdCollector;
extern const CollectorSpec kFilesystemCollector;
extern const CollectorSpec kLoadavgCollector;
extern const CollectorSpec kLogindCollector;
extern const CollectorSpec kMeminfoCollector;
extern const CollectorSpec kNetclassCollector;
extern const CollectorSpec kNetdevCollector;
extern const CollectorSpec kNetstatCollector;
extern const CollectorSpec kOsCollector;
extern const CollectorSpec kPerfCollector;
extern const CollectorSpec kPressureCollector;
extern const CollectorSpec kRunitCollector;
extern const CollectorSpec kSchedstatCollector;
extern const CollectorSpec kSockstatCollector;
extern const CollectorSpec kSoftnetCollector;
extern const CollectorSpec kStatCollector;
extern const CollectorSpec kSupervisordCollector;
extern const CollectorSpec kSystemdCollector;
extern const CollectorSpec kTextfileCollector;
extern const CollectorSpec kTimeCollector;
extern const CollectorSpec kTimexCollector;
extern const CollectorSpec kUdpQueuesCollector;
extern const CollectorSpec kUnameCollector;
extern const CollectorSpec kVmstatCollector;

namespace {

// One row a collector.
constexpr auto kCollectors = std::to_array<const CollectorSpec*>({
    &kArpCollector,       &kConntrackCollector, &kCpuCollector,         &kCpufreqCollector,
    &kDiskstatsCollector, &kEntropyCollector,   &kFilefdCollector,      &kFilesystemCollector,
    &kLoadavgCollector,   &kLogindCollector,    &kMeminfoCollector,     &kNetclassCollector,
    &kNetdevCollector,    &kNetstatCollector,   &kOsCollector,          &kPerfCollector,
    &kPressureCollector,  &kRunitCollector,     &kSchedstatCollector,   &kSockstatCollector,
    &kSoftnetCollector,   &kStatCollector,      &kSupervisordCollector, &kSystemdCollector,
    &kTextfileCollector,  &kTimeCollector,      &kTimexCollector,       &kUdpQueuesCollector,
    &kUnameCollector,     &kVmstatCollector,
});

std::vector<const CollectorSpec*> BuildTable() {
  std::vector<const CollectorSpec*> table(kCollectors.begin(), kCollectors.end());
  for (const CollectorSpec& planned : PlannedCollectors()) table.push_back(&planned);
  std::sort(table.begin(), table.end(),
            [](const CollectorSpec* a, const CollectorSpec* b) { return a->name < b->name; });
  return table;
}

}  // namespace

std::span<const CollectorSpec* const> CollectorTable() {
  static const std::vector<const CollectorSpec*> table = BuildTable();
  return table;
}

const CollectorSpec* FindCollector(std::string_view name,
                                   std::span<const CollectorSpec* const> table) {
  const auto found = std::lower_bound(
      table.begin(), table.end(), name,
      [](const CollectorSpec* row, std::string_view wanted) { return row->name < wanted; });
  return found != table.end() && (*found)->name == name ? *found : nullptr;
}

}  // namespace hostpulse::collectors
