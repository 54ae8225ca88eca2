// Statistics of the network caches by CPU, from the files of /proc/net/stat.

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/collector.h"
#include "collectors/kept_devices.h"
#include "collectors/kernel/kernel_dir.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kPrefix = "node_lnstat_";
constexpr std::string_view kSuffix = "_total";

constexpr MetricDesc Column(std::string_view name, std::string_view help) {
  return {name, kCounter, "cpu,subsystem", "", help};
}

// What arp_cache, ndisc_cache and nf_conntrack have had over the years; the last one is any other.
constexpr std::array<MetricDesc, 30> kMetrics = {{
    Column("node_lnstat_allocs_total", "Entries allocated."),
    Column("node_lnstat_delete_list_total", "Entries put on the list of those to be deleted."),
    Column("node_lnstat_delete_total", "Entries removed."),
    Column("node_lnstat_destroys_total", "Entries destroyed."),
    Column("node_lnstat_drop_total", "Packets dropped because no entry could be made for them."),
    Column("node_lnstat_early_drop_total", "Entries dropped to make room in a full table."),
    Column("node_lnstat_entries_total", "Entries now in the table, the same for every CPU."),
    Column("node_lnstat_expect_create_total", "Expected connections added."),
    Column("node_lnstat_expect_delete_total", "Expected connections removed."),
    Column("node_lnstat_expect_new_total", "Entries made for a connection that was expected."),
    Column("node_lnstat_forced_gc_runs_total", "Garbage collections forced by a full table."),
    Column("node_lnstat_found_total", "Lookups that found an entry."),
    Column("node_lnstat_hash_grows_total", "Times that the hash table was enlarged."),
    Column("node_lnstat_hits_total", "Lookups that found an entry."),
    Column("node_lnstat_icmp_error_total", "ICMP errors that could not be tracked."),
    Column("node_lnstat_ignore_total", "Packets that already belonged to an entry."),
    Column("node_lnstat_insert_failed_total", "Entries not inserted because the same was there."),
    Column("node_lnstat_insert_total", "Entries inserted."),
    Column("node_lnstat_invalid_total", "Packets that cannot be tracked."),
    Column("node_lnstat_lookups_total", "Lookups in the table."),
    Column("node_lnstat_new_total", "Entries made for a new connection."),
    Column("node_lnstat_periodic_gc_runs_total", "Garbage collections that were due."),
    Column("node_lnstat_rcv_probes_mcast_total", "Multicast requests received for a neighbour."),
    Column("node_lnstat_rcv_probes_ucast_total", "Unicast requests received for a neighbour."),
    Column("node_lnstat_res_failed_total", "Neighbours that could not be resolved."),
    Column("node_lnstat_search_restart_total", "Lookups begun again because of a resize."),
    Column("node_lnstat_searched_total", "Entries looked at during lookups."),
    Column("node_lnstat_table_fulls_total", "Entries refused because the table was full."),
    Column("node_lnstat_unresolved_discards_total",
           "Packets dropped while their neighbour was being resolved."),
    Column("node_lnstat_<column>_total", "The column of this name, as the kernel counts it."),
}};

std::string_view HelpOf(std::string_view family) {
  const auto* const known =
      std::find_if(kMetrics.begin(), kMetrics.end() - 1,
                   [family](const MetricDesc& desc) { return desc.name == family; });
  return known->help;
}

bool IsNamePart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// A file of the directory, and the families of its columns for as long as its heading is the same.
class CacheTable {
 public:
  CacheTable(std::string path, kernel::DescriptorBudget& budget)
      : file_(std::move(path), budget, kernel::FileKind::kShortRecords) {}

  // Errors: as KernelFile::Read, kParse for a column that is no part of a name or a value that is
  // no number.
  Status Add(std::string_view subsystem, MetricBatch& out) {
    const auto text = file_.Read();
    if (!text) return text.status();
    kernel::LineScanner lines(*text);
    std::string_view line;
    if (!lines.Next(line)) return {};
    if (line != heading_) {
      if (Status status = TakeHeading(line); !status) return status;
    }
    for (FamilyOf& column : columns_) {
      column.family = &out.Family(column.name, column.help, kCounter);
    }
    for (std::uint32_t row = 0; lines.Next(line); ++row) {
      if (Status status = AddRow(subsystem, row, line); !status) return status;
    }
    return {};
  }

 private:
  struct FamilyOf {
    std::string name;
    std::string_view help;
    FamilyBuilder* family;  // Of the collection that is going on.
  };

  Status TakeHeading(std::string_view heading) {
    heading_.clear();
    columns_.clear();
    kernel::FieldScanner fields(heading);
    for (std::string_view field = fields.Next(); !field.empty(); field = fields.Next()) {
      if (!std::all_of(field.begin(), field.end(), IsNamePart)) {
        return kernel::ParseError(file_.path(), "column", heading);
      }
      std::string name(kPrefix);
      name.append(field).append(kSuffix);
      const std::string_view help = HelpOf(name);
      columns_.push_back({std::move(name), help, nullptr});
    }
    heading_ = heading;
    return {};
  }

  // A row may have fewer columns than the heading, or more, which have no name.
  Status AddRow(std::string_view subsystem, std::uint32_t row, std::string_view line) const {
    char digits[10];
    const char* const end = std::to_chars(digits, digits + sizeof digits, row).ptr;
    const std::string_view cpu(digits, static_cast<std::size_t>(end - digits));
    kernel::FieldScanner fields(line);
    for (const FamilyOf& column : columns_) {
      const std::string_view field = fields.Next();
      if (field.empty()) break;
      const auto value = kernel::ParseNumber<std::uint64_t>(field, 16);
      if (!value) return kernel::ParseError(file_.path(), field, line);
      column.family->Add({{"cpu", cpu}, {"subsystem", subsystem}}, static_cast<double>(*value));
    }
    return {};
  }

  kernel::KernelFile file_;
  std::string heading_;
  std::vector<FamilyOf> columns_;
};

class LnstatCollector final : public Collector {
 public:
  explicit LnstatCollector(const CollectorContext& context)
      : descriptors_(context.descriptors),
        directory_(context.paths.Proc("net/stat"), context.descriptors) {}

  // A kernel without any such table is fine. One bad table does not keep the others from being
  // reported.
  Status Collect(MetricBatch& out) override {
    const auto names = directory_.List();
    if (!names) return names.status().code() == ErrorCode::kAbsent ? Status() : names.status();
    Status first_failure;
    tables_.Begin();
    for (const std::string_view name : *names) {
      Status status = FindTable(name).Add(name, out);
      const bool left = status.code() == ErrorCode::kAbsent;
      if (first_failure.ok() && !left) first_failure = std::move(status);
    }
    tables_.End();
    return first_failure;
  }

 private:
  CacheTable& FindTable(std::string_view name) {
    if (CacheTable* const known = tables_.Find(name)) return *known;
    std::string path = directory_.path() + "/";
    return tables_.Add(name, path.append(name), descriptors_);
  }

  kernel::DescriptorBudget& descriptors_;
  kernel::KernelDir directory_;
  KeptDevices<CacheTable> tables_;
};

Result<std::unique_ptr<Collector>> MakeLnstat(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<LnstatCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kLnstatCollector = {
    .name = "lnstat",
    .on_by_default = false,
    .help = "Statistics of network caches (/proc/net/stat).",
    .make = MakeLnstat,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
