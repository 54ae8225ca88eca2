// Use and events of the connection-tracking table, from /proc/sys/net/netfilter/nf_conntrack_* and
// /proc/net/stat/nf_conntrack.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "collectors/collector.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr MetricDesc kEntries = {"node_nf_conntrack_entries", kGauge, "", "",
                                 "Connections being tracked."};
constexpr MetricDesc kLimit = {"node_nf_conntrack_entries_limit", kGauge, "", "",
                               "Most connections that can be tracked at once."};

// Gauges as node_exporter has them, although they only grow.
constexpr std::array<MetricDesc, 8> kStats = {{
    {"node_nf_conntrack_stat_drop", kGauge, "", "",
     "Packets dropped because no entry could be made for them."},
    {"node_nf_conntrack_stat_early_drop", kGauge, "", "",
     "Entries dropped to make room for new ones in a full table."},
    {"node_nf_conntrack_stat_found", kGauge, "", "", "Lookups that found an entry."},
    {"node_nf_conntrack_stat_ignore", kGauge, "", "",
     "Packets that already belonged to an entry when they were seen."},
    {"node_nf_conntrack_stat_insert", kGauge, "", "", "Entries inserted into the list."},
    {"node_nf_conntrack_stat_insert_failed", kGauge, "", "",
     "Entries that could not be inserted, because the same one was there."},
    {"node_nf_conntrack_stat_invalid", kGauge, "", "", "Packets that cannot be tracked."},
    {"node_nf_conntrack_stat_search_restart", kGauge, "", "",
     "Lookups begun again because the table was resized meanwhile."},
}};
constexpr std::string_view kStatPrefix = "node_nf_conntrack_stat_";

constexpr auto kMetrics = [] {
  std::array<MetricDesc, kStats.size() + 2> all{kEntries, kLimit};
  std::copy(kStats.begin(), kStats.end(), all.begin() + 2);
  return all;
}();

// The statistics as sums over the CPUs; those that the kernel does not have stay unset.
struct Sums {
  std::array<std::uint64_t, kStats.size()> values{};
  std::array<bool, kStats.size()> present{};
};

class ConntrackCollector final : public Collector {
 public:
  explicit ConntrackCollector(const CollectorContext& context)
      : count_(context.paths.Proc("sys/net/netfilter/nf_conntrack_count"), context.descriptors,
               kernel::FileKind::kAttribute),
        max_(context.paths.Proc("sys/net/netfilter/nf_conntrack_max"), context.descriptors,
             kernel::FileKind::kAttribute),
        stat_(context.paths.Proc("net/stat/nf_conntrack"), context.descriptors,
              kernel::FileKind::kShortRecords) {}

  Status Collect(MetricBatch& out) override {
    if (Status status = AddNumber(count_, kEntries, out); !status) return status;
    if (Status status = AddNumber(max_, kLimit, out); !status) return status;
    return AddStats(out);
  }

 private:
  static Status AddNumber(kernel::KernelFile& file, const MetricDesc& desc, MetricBatch& out) {
    const auto text = file.ReadTrimmed();
    if (!text) return text.status();
    const auto value = kernel::ParseNumber<std::uint64_t>(*text);
    if (!value) return kernel::ParseError(file.path(), "number", *text);
    out.Family(desc).Add(static_cast<double>(*value));
    return {};
  }

  Status AddStats(MetricBatch& out) {
    const auto text = stat_.Read();
    if (!text) return text.status();
    kernel::LineScanner lines(*text);
    std::string_view heading;
    std::string_view line;
    Sums sums;
    if (!lines.Next(heading)) return kernel::ParseError(stat_.path(), "heading", heading);
    while (lines.Next(line)) {
      if (Status status = AddRow(heading, line, sums); !status) return status;
    }
    for (std::size_t i = 0; i < kStats.size(); ++i) {
      if (sums.present[i]) out.Family(kStats[i]).Add(static_cast<double>(sums.values[i]));
    }
    return {};
  }

  // Columns are told by their names, because the kernel has renamed and dropped some.
  Status AddRow(std::string_view heading, std::string_view row, Sums& sums) const {
    kernel::FieldScanner names(heading);
    kernel::FieldScanner fields(row);
    for (std::string_view name = names.Next(); !name.empty(); name = names.Next()) {
      const auto value = fields.NextNumber<std::uint64_t>(16);
      if (!value) return kernel::ParseError(stat_.path(), name, row);
      const auto stat = std::find_if(kStats.begin(), kStats.end(), [name](const MetricDesc& desc) {
        return desc.name.substr(kStatPrefix.size()) == name;
      });
      if (stat == kStats.end()) continue;
      const auto index = static_cast<std::size_t>(stat - kStats.begin());
      sums.values[index] += *value;
      sums.present[index] = true;
    }
    return {};
  }

  kernel::KernelFile count_;
  kernel::KernelFile max_;
  kernel::KernelFile stat_;
};

Result<std::unique_ptr<Collector>> MakeConntrack(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<ConntrackCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kConntrackCollector = {
    .name = "conntrack",
    .help = "Use and events of the connection-tracking table.",
    .make = MakeConntrack,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
