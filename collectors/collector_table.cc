#include <algorithm>
#include <array>

#include "collectors/collector.h"

namespace hostpulse::collectors {

extern const CollectorSpec kFilesystemCollector;
extern const CollectorSpec kOsCollector;
extern const CollectorSpec kTextfileCollector;
extern const CollectorSpec kTimeCollector;
extern const CollectorSpec kTimexCollector;
extern const CollectorSpec kUnameCollector;

namespace {

// One row a collector, sorted by name.
constexpr auto kTable = std::to_array<const CollectorSpec*>({
    &kFilesystemCollector,
    &kOsCollector,
    &kTextfileCollector,
    &kTimeCollector,
    &kTimexCollector,
    &kUnameCollector,
});

}  // namespace

std::span<const CollectorSpec* const> CollectorTable() { return kTable; }

const CollectorSpec* FindCollector(std::string_view name) {
  const auto found = std::lower_bound(
      kTable.begin(), kTable.end(), name,
      [](const CollectorSpec* row, std::string_view wanted) { return row->name < wanted; });
  return found != kTable.end() && (*found)->name == name ? *found : nullptr;
}

}  // namespace hostpulse::collectors
