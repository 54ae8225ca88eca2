// Input and output of SCSI tape drives, from /sys/class/scsi_tape/stN/stats/.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/collector.h"
#include "collectors/device_filter.h"
#include "collectors/families.h"
#include "collectors/kept_devices.h"
#include "collectors/kernel/kernel_dir.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kIgnored = "collector.tapestats.ignored-devices";
constexpr std::array<FlagSpec, 1> kFlags = {{
    {.name = kIgnored,
     .type = FlagType::kRegex,
     .default_value = "^$",
     .help = "Tape drives to leave out."},
}};

constexpr std::array<MetricDesc, 10> kMetrics = {{
    {"node_tape_io_now", kGauge, "device", "", "Requests in progress."},
    {"node_tape_io_time_seconds_total", kCounter, "device", "seconds",
     "Time spent by all requests."},
    {"node_tape_io_others_total", kCounter, "device", "",
     "Requests completed that were neither reads nor writes."},
    {"node_tape_read_bytes_total", kCounter, "device", "bytes", "Bytes read."},
    {"node_tape_reads_completed_total", kCounter, "device", "", "Reads completed."},
    {"node_tape_read_time_seconds_total", kCounter, "device", "seconds",
     "Time spent by all reads."},
    {"node_tape_residual_total", kCounter, "device", "",
     "Requests that moved less than was asked for."},
    {"node_tape_written_bytes_total", kCounter, "device", "bytes", "Bytes written."},
    {"node_tape_writes_completed_total", kCounter, "device", "", "Writes completed."},
    {"node_tape_write_time_seconds_total", kCounter, "device", "seconds",
     "Time spent by all writes."},
}};

// The file of each metric. What ends in _ns is in nanoseconds.
constexpr std::array<std::string_view, kMetrics.size()> kFiles = {
    "in_flight", "io_ns",     "other_cnt",      "read_byte_cnt", "read_cnt",
    "read_ns",   "resid_cnt", "write_byte_cnt", "write_cnt",     "write_ns"};
// A factor, not a divisor, so that the last bit of a value is node_exporter's.
constexpr double kNanosecond = 1e-9;

// A drive is also there as nst0, st0l, st0m ...: one of each without an appendix is enough.
bool IsDrive(std::string_view name) {
  return name.starts_with("st") && kernel::ParseNumber<std::uint32_t>(name.substr(2)).has_value();
}

struct Tape {
  Tape(const std::string& tapes, std::string_view name, kernel::DescriptorBudget& budget) {
    files.reserve(kFiles.size());
    for (const std::string_view file : kFiles) {
      std::string path = tapes + "/";
      path.append(name).append("/stats/").append(file);
      files.emplace_back(std::move(path), budget, kernel::FileKind::kAttribute);
    }
  }
  std::vector<kernel::KernelFile> files;  // In the order of kFiles.
};

class TapestatsCollector final : public Collector {
 public:
  explicit TapestatsCollector(const CollectorContext& context)
      : descriptors_(context.descriptors),
        ignored_(context.flags.String(kIgnored)),
        directory_(context.paths.Sys("class/scsi_tape"), context.descriptors) {}

  Status Collect(MetricBatch& out) override {
    const auto names = directory_.List();
    if (!names) return names.status();
    const auto families = OpenFamilies(kMetrics, out);
    Status status;
    tapes_.Begin();
    for (const std::string_view name : *names) {
      if (!IsDrive(name) || ignored_.Matches(name)) continue;
      Tape& tape = tapes_.FindOrAdd(name, directory_.path(), name, descriptors_);
      Status of_tape = Add(name, tape, families);
      if (status.ok()) status = std::move(of_tape);
    }
    tapes_.End();
    return status;
  }

 private:
  using Families = std::array<FamilyBuilder*, kMetrics.size()>;

  static Status Add(std::string_view device, Tape& tape, const Families& families) {
    Status status;
    for (std::size_t i = 0; i < families.size(); ++i) {
      const auto text = tape.files[i].ReadTrimmed();
      const auto value = text ? kernel::ParseNumber<std::uint64_t>(*text) : std::nullopt;
      if (value) {
        const double scale = kFiles[i].ends_with("_ns") ? kNanosecond : 1;
        families[i]->Add({{"device", device}}, static_cast<double>(*value) * scale);
      } else if (text) {
        if (status.ok()) status = kernel::ParseError(tape.files[i].path(), kFiles[i], *text);
      } else if (text.status().code() != ErrorCode::kAbsent) {  // Else the drive has left.
        if (status.ok()) status = text.status();
      }
    }
    return status;
  }

  kernel::DescriptorBudget& descriptors_;
  const Pattern ignored_;
  kernel::KernelDir directory_;
  KeptDevices<Tape> tapes_;
};

Result<std::unique_ptr<Collector>> MakeTapestats(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<TapestatsCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kTapestatsCollector = {
    .name = "tapestats",
    .help = "Input and output of SCSI tape drives.",
    .make = MakeTapestats,
    .flags = kFlags,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
