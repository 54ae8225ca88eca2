// Pages merged by the kernel's same-page merging, from /sys/kernel/mm/ksm/.

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/collector.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr std::array<MetricDesc, 10> kMetrics = {{
    {"node_ksmd_full_scans_total", kCounter, "", "",
     "Times that all areas of memory open to merging have been scanned."},
    {"node_ksmd_general_profit_bytes", kGauge, "", "bytes",
     "Memory that merging saves, less what it needs itself; may be below zero."},
    {"node_ksmd_merge_across_nodes", kGauge, "", "bool",
     "1 where pages of different NUMA nodes may be merged."},
    {"node_ksmd_pages_shared", kGauge, "", "pages", "Shared pages in use."},
    {"node_ksmd_pages_sharing", kGauge, "", "pages",
     "Further places that the shared pages stand for: the pages saved."},
    {"node_ksmd_pages_to_scan", kGauge, "", "pages", "Pages to scan before each sleep."},
    {"node_ksmd_pages_unshared", kGauge, "", "pages",
     "Pages without a twin that are checked again and again."},
    {"node_ksmd_pages_volatile", kGauge, "", "pages", "Pages that change too fast to be merged."},
    {"node_ksmd_run", kGauge, "", "",
     "0 where merging is stopped, 1 where it runs, 2 where merged pages are separated again."},
    {"node_ksmd_sleep_seconds", kGauge, "", "seconds", "Sleep between two rounds of scanning."},
}};
// The files, in the order of the metrics.
constexpr std::array<std::string_view, kMetrics.size()> kFiles = {
    "full_scans",    "general_profit", "merge_across_nodes", "pages_shared", "pages_sharing",
    "pages_to_scan", "pages_unshared", "pages_volatile",     "run",          "sleep_millisecs"};
constexpr std::size_t kSleep = 9;

class KsmdCollector final : public Collector {
 public:
  explicit KsmdCollector(const CollectorContext& context)
      : directory_(context.paths.Sys("kernel/mm/ksm/")) {
    files_.reserve(kFiles.size());
    for (const std::string_view name : kFiles) {
      files_.emplace_back(directory_ + std::string(name), context.descriptors,
                          kernel::FileKind::kAttribute);
    }
  }

  // general_profit came with Linux 6.4, and merge_across_nodes is there on NUMA kernels only.
  Status Collect(MetricBatch& out) override {
    bool any = false;
    for (std::size_t i = 0; i < files_.size(); ++i) {
      const auto text = files_[i].TryReadTrimmed();
      if (!text && files_[i].last_errno() == ENOENT) continue;
      if (!text) return kernel::ErrnoStatus(files_[i].path(), "read", files_[i].last_errno());
      const auto value = kernel::ParseNumber<std::int64_t>(*text);
      if (!value) return kernel::ParseError(files_[i].path(), "number", *text);
      out.Family(kMetrics[i]).Add(static_cast<double>(*value) / (i == kSleep ? 1000 : 1));
      any = true;
    }
    if (any) return {};
    return {ErrorCode::kAbsent, directory_ + ": no same-page merging (needs CONFIG_KSM)"};
  }

 private:
  const std::string directory_;
  std::vector<kernel::KernelFile> files_;
};

Result<std::unique_ptr<Collector>> MakeKsmd(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<KsmdCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kKsmdCollector = {
    .name = "ksmd",
    .on_by_default = false,
    .help = "Pages merged by the kernel's same-page merging (/sys/kernel/mm/ksm).",
    .make = MakeKsmd,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
