#include "collectors/link_counters.h"

#include <cstdint>

namespace hostpulse::collectors {

void LinkCounterWriter::Select(std::span<const LinkCounter> counters) {
  for (const LinkCounter& counter : counters) entries_.push_back({&counter, nullptr});
}

void LinkCounterWriter::Open(MetricBatch& out) {
  for (Entry& entry : entries_) entry.family = &out.Family(entry.counter->desc);
}

void LinkCounterWriter::Add(std::span<const LabelView> labels, const LinkStats& stats,
                            std::size_t bytes) {
  // The kernel's struct has only ever grown, and this is the newest of the fields in use.
  const bool has_nohandler = bytes >= offsetof(LinkStats, rx_nohandler) + sizeof(__u64);
  for (const Entry& entry : entries_) {
    const auto& fields = entry.counter->fields;
    if (fields[0] == &LinkStats::rx_nohandler && !has_nohandler) continue;
    std::uint64_t sum = 0;
    for (const LinkCounter::Field field : fields) {
      if (field != nullptr) sum += stats.*field;
    }
    entry.family->Add(labels, static_cast<double>(sum));
  }
}

}  // namespace hostpulse::collectors
