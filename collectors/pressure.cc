// How long tasks were held up by a lack of CPU, memory or disk, from /proc/pressure/.

#include <array>
#include <cerrno>
#include <cstdint>
#include <optional>

#include "collectors/collector.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr std::array<MetricDesc, 6> kMetrics = {{
    {"node_pressure_cpu_waiting_seconds_total", kCounter, "", "seconds",
     "Time in which some task waited for a CPU."},
    {"node_pressure_io_waiting_seconds_total", kCounter, "", "seconds",
     "Time in which some task waited for a disk."},
    {"node_pressure_io_stalled_seconds_total", kCounter, "", "seconds",
     "Time in which every task waited for a disk."},
    {"node_pressure_memory_waiting_seconds_total", kCounter, "", "seconds",
     "Time in which some task waited for memory."},
    {"node_pressure_memory_stalled_seconds_total", kCounter, "", "seconds",
     "Time in which every task waited for memory."},
    {"node_pressure_irq_stalled_seconds_total", kCounter, "", "seconds",
     "Time in which interrupts kept every task from running."},
}};

// Which lines of a file become which metrics.
struct Resource {
  std::string_view file;
  const MetricDesc* some;  // Null where the line is not exported.
  const MetricDesc* full;
  bool required;  // The irq file is younger than the rest.
};
constexpr std::array<Resource, 4> kResources = {{
    {"cpu", &kMetrics[0], nullptr, true},
    {"io", &kMetrics[1], &kMetrics[2], true},
    {"memory", &kMetrics[3], &kMetrics[4], true},
    {"irq", nullptr, &kMetrics[5], false},
}};

// The microseconds after "total=" in a line; nothing where there are none.
std::optional<std::uint64_t> Total(std::string_view line) {
  constexpr std::string_view kTotal = " total=";
  const std::size_t at = line.find(kTotal);
  if (at == line.npos) return std::nullopt;
  return kernel::ParseNumber<std::uint64_t>(kernel::Trim(line.substr(at + kTotal.size())));
}

class PressureCollector final : public Collector {
 public:
  explicit PressureCollector(const CollectorContext& context)
      : files_{Open(context, 0), Open(context, 1), Open(context, 2), Open(context, 3)} {}

  Status Collect(MetricBatch& out) override {
    for (std::size_t i = 0; i < kResources.size(); ++i) {
      if (Status status = CollectFrom(kResources[i], files_[i], out); !status) return status;
    }
    return {};
  }

 private:
  static kernel::KernelFile Open(const CollectorContext& context, std::size_t resource) {
    return {context.paths.Proc("pressure/" + std::string(kResources[resource].file)),
            context.descriptors, kernel::FileKind::kSingle};
  }

  static Status CollectFrom(const Resource& resource, kernel::KernelFile& file, MetricBatch& out) {
    const auto text = file.TryReadTrimmed();
    if (!text) return Missing(resource, file);
    kernel::LineScanner lines(*text);
    for (std::string_view line; lines.Next(line);) {
      const MetricDesc* const metric = line.starts_with("some ")   ? resource.some
                                       : line.starts_with("full ") ? resource.full
                                                                   : nullptr;
      if (metric == nullptr) continue;
      const auto total = Total(line);
      if (!total) return kernel::ParseError(file.path(), "total", line);
      // Twice, as node_exporter does: the last digit of the result is another one otherwise.
      out.Family(*metric).Add(static_cast<double>(*total) / 1000 / 1000);
    }
    return {};
  }

  // A kernel without PSI has no files; one with PSI switched off refuses to read them.
  static Status Missing(const Resource& resource, const kernel::KernelFile& file) {
    const int error = file.last_errno();
    if (error != ENOENT && error != EOPNOTSUPP) {
      return kernel::ErrnoStatus(file.path(), "read", error);
    }
    if (!resource.required) return {};
    return {ErrorCode::kAbsent, file.path() + ": no pressure information (needs psi=1)"};
  }

  std::array<kernel::KernelFile, kResources.size()> files_;
};

Result<std::unique_ptr<Collector>> MakePressure(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<PressureCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kPressureCollector = {
    .name = "pressure",
    .help = "How long tasks were held up by a lack of CPU, memory or disk (/proc/pressure).",
    .make = MakePressure,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
