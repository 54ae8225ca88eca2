// How long tasks ran and waited on each CPU, from /proc/schedstat.

#include <array>
#include <cstdint>

#include "collectors/collector.h"
#include "collectors/families.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

// In the order of the last three fields of a CPU's line.
constexpr std::array<MetricDesc, 3> kMetrics = {{
    {"node_schedstat_running_seconds_total", kCounter, "cpu", "seconds",
     "Time that tasks ran on the CPU."},
    {"node_schedstat_waiting_seconds_total", kCounter, "cpu", "seconds",
     "Time that tasks waited for the CPU while they could have run."},
    {"node_schedstat_timeslices_total", kCounter, "cpu", "", "Time slices given on the CPU."},
}};
constexpr std::array<double, 3> kDivisors = {1e9, 1e9, 1};
constexpr int kFieldsBefore = 6;

class SchedstatCollector final : public Collector {
 public:
  explicit SchedstatCollector(const CollectorContext& context)
      : file_(context.paths.Proc("schedstat"), context.descriptors) {}

  Status Collect(MetricBatch& out) override {
    const auto text = file_.Read();
    if (!text) return text.status();

    const auto families = OpenFamilies(kMetrics, out);
    kernel::LineScanner lines(*text);
    for (std::string_view line; lines.Next(line);) {
      if (!line.starts_with("cpu")) continue;  // The domains of the CPU above.
      kernel::FieldScanner fields(line);
      const std::string_view cpu = fields.Next().substr(3);
      fields.Skip(kFieldsBefore);
      for (std::size_t i = 0; i < families.size(); ++i) {
        const auto value = fields.NextNumber<std::uint64_t>();
        if (!value) return kernel::ParseError(file_.path(), kMetrics[i].name, line);
        families[i]->Add({{"cpu", cpu}}, static_cast<double>(*value) / kDivisors[i]);
      }
    }
    return {};
  }

 private:
  kernel::KernelFile file_;
};

Result<std::unique_ptr<Collector>> MakeSchedstat(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<SchedstatCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kSchedstatCollector = {
    .name = "schedstat",
    .help = "How long tasks ran and waited on each CPU (/proc/schedstat).",
    .make = MakeSchedstat,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
