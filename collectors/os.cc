// The distribution's name and version, from os-release(5) below --path.rootfs.

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>

#include "collectors/collector.h"
#include "collectors/kernel/scanner.h"
#include "collectors/os_release.h"
#include "collectors/regular_file.h"

namespace hostpulse::collectors {
namespace {

// The labels of node_os_info, in their order; the file has the same names in capitals.
constexpr std::array<std::string_view, 12> kLabels = {
    "build_id",    "id",      "id_like",    "image_id", "image_version",    "name",
    "pretty_name", "variant", "variant_id", "version",  "version_codename", "version_id"};
enum Label { kId = 1, kIdLike = 2, kName = 5, kVersionId = 11 };

constexpr MetricDesc kInfo = {
    "node_os_info", kGauge,
    "build_id,id,id_like,image_id,image_version,name,pretty_name,variant,variant_id,version,"
    "version_codename,version_id",
    "1", "What os-release says of the distribution; the value is always 1."};
constexpr MetricDesc kVersion = {"node_os_version", kGauge, "id,id_like,name", "",
                                 "Major and minor part of the distribution's version."};
constexpr MetricDesc kSupportEnd = {"node_os_support_end_timestamp_seconds", kGauge, "", "seconds",
                                    "When the distribution's support ends, since the epoch."};
constexpr std::array<MetricDesc, 3> kMetrics = {kInfo, kVersion, kSupportEnd};

constexpr std::size_t kMaxBytes = 65'536;

class OsCollector final : public Collector {
 public:
  explicit OsCollector(const CollectorContext& context)
      : paths_{context.paths.Root("/etc/os-release"), context.paths.Root("/usr/lib/os-release")},
        log_(context.log) {}

  Status Collect(MetricBatch& out) override {
    Status status = Refresh();
    if (!status) return status;

    std::array<LabelView, kLabels.size()> labels;
    for (std::size_t i = 0; i < kLabels.size(); ++i) labels[i] = {kLabels[i], values_[i]};
    out.Family(kInfo).Add(labels, 1);
    if (version_) {
      out.Family(kVersion).Add({labels[kId], labels[kIdLike], labels[kName]}, *version_);
    }
    if (support_end_) out.Family(kSupportEnd).Add(*support_end_);
    return {};
  }

 private:
  // Reads the file anew if it is another one than last time.
  Status Refresh() {
    Status status;
    for (const std::string& path : paths_) {
      const FileName file{AT_FDCWD, path.c_str(), path};
      auto stamp = StampOf(file);
      if (stamp && stamp_ == *stamp) return {};
      if (stamp) stamp = ReadRegularFile(file, kMaxBytes, content_);
      if (stamp) {
        stamp_ = *stamp;
        Parse(path);
        return {};
      }
      status = std::move(stamp).status();
      if (status.code() != ErrorCode::kAbsent) break;
    }
    stamp_.reset();
    return status;
  }

  void Parse(const std::string& path) {
    values_ = {};
    support_end_.reset();
    kernel::LineScanner lines(content_);
    for (std::string_view line; lines.Next(line);) {
      const auto entry = ParseOsReleaseLine(line);
      if (entry) {
        Take(*entry);
      } else if (entry.status().code() != ErrorCode::kAbsent) {
        log_.Warn("line of os-release left out",
                  {{"path", path}, {"line", lines.number()}, {"reason", entry.status().message()}});
      }
    }
    version_ = LeadingVersion(values_[kVersionId]);
  }

  void Take(const OsReleaseEntry& entry) {
    if (entry.name == "SUPPORT_END") support_end_ = ParseDay(entry.value);
    const auto same = [&](std::string_view label) {
      return std::ranges::equal(label, entry.name, [](char lower, char upper) {
        return (lower >= 'a' && lower <= 'z' ? lower - 'a' + 'A' : lower) == upper;
      });
    };
    const auto found = std::ranges::find_if(kLabels, same);
    if (found == kLabels.end()) return;
    values_[static_cast<std::size_t>(found - kLabels.begin())] = entry.value;
  }

  const std::array<std::string, 2> paths_;
  Logger& log_;
  std::optional<FileStamp> stamp_;  // Of what values_ were read from.
  std::string content_;
  std::array<std::string, kLabels.size()> values_;
  std::optional<double> version_;
  std::optional<double> support_end_;
};

Result<std::unique_ptr<Collector>> MakeOs(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<OsCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kOsCollector = {
    .name = "os",
    .help = "Distribution name, version and end of support (os-release).",
    .make = MakeOs,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
