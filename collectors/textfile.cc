// Metrics that other programs leave in *.prom files.

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "collectors/collector.h"
#include "collectors/textfile_set.h"

namespace hostpulse::collectors {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr std::string_view kDirectory = "collector.textfile.directory";
constexpr std::array<FlagSpec, 1> kFlags = {{
    {.name = kDirectory,
     .type = FlagType::kString,
     .default_value = "",
     .help = "Directory (or a glob of some) to read *.prom files from.",
     .repeatable = true},
}};

constexpr MetricDesc kMtime = {"node_textfile_mtime_seconds", kGauge, "file", "seconds",
                               "When a textfile was last written, since the epoch."};
constexpr MetricDesc kError = {"node_textfile_scrape_error", kGauge, "", "bool",
                               "1 where a textfile or a part of one had to be left out, else 0."};
constexpr MetricDesc kFileError = {"hostpulse_textfile_error", kGauge, "file", "bool",
                                   "1 where this textfile or a part of it had to be left out, "
                                   "as the log says, else 0."};
constexpr std::array<MetricDesc, 3> kMetrics = {kMtime, kError, kFileError};

// A family of all files together. Its views and pointers go into a TextfileSet and hold until that
// changes.
struct MergedFamily {
  struct ByLabels {
    bool operator()(const ClientMetric* a, const ClientMetric* b) const {
      return a->label < b->label;
    }
  };

  std::string_view name;
  std::string help;
  MetricType type;
  std::string files;  // Comma-separated.
  std::vector<const ClientMetric*> metrics;
  std::set<const ClientMetric*, ByLabels> series;  // The same ones.
};

// Puts the families of all files together. Where two files disagree the first one is right.
class TextfileMerger {
 public:
  explicit TextfileMerger(Logger& log) : log_(log) {}

  void Merge(std::span<const Textfile* const> files) {
    families_.clear();
    index_.clear();
    cut_.clear();
    for (const Textfile* file : files) {
      if (file->duplicates) cut_.insert(file);
      for (const MetricFamily& family : file->families) Add(family, *file);
    }
    for (MergedFamily& family : families_) {
      if (family.help.empty()) family.help = "Metric read from " + family.files;
    }
  }

  std::span<const MergedFamily> families() const { return families_; }
  // Whether something had to be left out, at all or of this file.
  bool has_cut() const { return !cut_.empty(); }
  bool has_cut(const Textfile* file) const { return cut_.contains(file); }

 private:
  void Add(const MetricFamily& family, const Textfile& file) {
    const auto [place, is_new] = index_.try_emplace(family.name, families_.size());
    if (is_new) {
      families_.push_back({.name = family.name,
                           .help = family.help,
                           .type = family.type,
                           .files = file.path,
                           .metrics = {},
                           .series = {}});
    }
    MergedFamily& merged = families_[place->second];
    if (!is_new) {
      if (merged.type != family.type) return Conflict("type differs from another's", family, file);
      if (!merged.help.empty() && !family.help.empty() && merged.help != family.help) {
        return Conflict("help differs from another's", family, file);
      }
      if (merged.help.empty()) merged.help = family.help;
      merged.files += ", " + file.path;
    }
    for (const ClientMetric& metric : family.metric) {
      if (merged.series.insert(&metric).second) {
        merged.metrics.push_back(&metric);
      } else {
        Conflict("series is in another, too", family, file);
      }
    }
  }

  void Conflict(std::string_view reason, const MetricFamily& family, const Textfile& file) {
    cut_.insert(&file);
    log_.Error("part of a textfile left out",
               {{"reason", reason}, {"metric", family.name}, {"path", file.path}});
  }

  Logger& log_;
  std::vector<MergedFamily> families_;
  std::map<std::string_view, std::size_t> index_;  // Into families_, by name.
  std::set<const Textfile*> cut_;
};

class TextfileCollector final : public Collector {
 public:
  explicit TextfileCollector(const CollectorContext& context)
      : has_directories_(!context.flags.Strings(kDirectory).empty()),
        files_(context.flags.Strings(kDirectory), context.log),
        merger_(context.log) {}

  Status Collect(MetricBatch& out) override {
    if (files_.Refresh()) merger_.Merge(files_.files());
    out.Family(kError).Add(files_.failed() || merger_.has_cut() ? 1 : 0);
    for (const Textfile* file : files_.files()) AddFile(*file, out);
    for (const MergedFamily& family : merger_.families()) AddFamily(family, out);
    return {};
  }

  bool MayBlock() const override { return has_directories_; }

 private:
  void AddFile(const Textfile& file, MetricBatch& out) const {
    const bool is_whole = file.good && !merger_.has_cut(&file);
    out.Family(kFileError).Add({{"file", file.path}}, is_whole ? 0 : 1);
    if (!file.good) return;
    // Whole seconds, as node_exporter has them.
    const std::int64_t seconds = file.stamp.modified_ns / 1'000'000'000;
    out.Family(kMtime).Add({{"file", file.path}}, static_cast<double>(seconds));
  }

  void AddFamily(const MergedFamily& family, MetricBatch& out) {
    FamilyBuilder& builder = out.Family(family.name, family.help, family.type);
    for (const ClientMetric* metric : family.metrics) {
      labels_.clear();
      for (const auto& label : metric->label) labels_.push_back({label.name, label.value});
      switch (family.type) {
        case MetricType::Histogram:
          builder.AddMetric(labels_).histogram = metric->histogram;
          break;
        case MetricType::Summary:
          builder.AddMetric(labels_).summary = metric->summary;
          break;
        default:
          builder.Add(labels_, metric->untyped.value);
      }
    }
  }

  const bool has_directories_;
  TextfileSet files_;
  TextfileMerger merger_;
  std::vector<LabelView> labels_;  // Kept for its storage only.
};

Result<std::unique_ptr<Collector>> MakeTextfile(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<TextfileCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kTextfileCollector = {
    .name = "textfile",
    .may_block = true,
    .help = "Metrics from *.prom files that other programs write.",
    .make = MakeTextfile,
    .flags = kFlags,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
