// Per-CPU work of the network backlog, from /proc/net/softnet_stat.

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "collectors/collector.h"
#include "collectors/families.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr std::array<MetricDesc, 7> kMetrics = {{
    {"node_softnet_processed_total", kCounter, "cpu", "", "Packets that the CPU has processed."},
    {"node_softnet_dropped_total", kCounter, "cpu", "",
     "Packets dropped because the CPU's backlog was full."},
    {"node_softnet_times_squeezed_total", kCounter, "cpu", "",
     "Times that processing stopped with packets left, its budget being used up."},
    {"node_softnet_cpu_collision_total", kCounter, "cpu", "",
     "Times that the lock of a device was held by another CPU on transmission."},
    {"node_softnet_received_rps_total", kCounter, "cpu", "",
     "Wake-ups by another CPU for receive packet steering."},
    {"node_softnet_flow_limit_count_total", kCounter, "cpu", "",
     "Times that the limit of a flow was reached."},
    {"node_softnet_backlog_len", kGauge, "cpu", "", "Packets now in the CPU's backlog."},
}};

// Column of each metric, from 0. Linux 2.6.23 had nine columns, 2.6.39 ten, 4.18 eleven, 5.14
// thirteen; what a kernel does not have is 0, as node_exporter has it.
constexpr std::array<std::size_t, kMetrics.size()> kColumns = {0, 1, 2, 8, 9, 10, 11};
constexpr std::size_t kCpuColumn = 12;
constexpr std::size_t kFewestColumns = 9;

class SoftnetCollector final : public Collector {
 public:
  explicit SoftnetCollector(const CollectorContext& context)
      : file_(context.paths.Proc("net/softnet_stat"), context.descriptors,
              kernel::FileKind::kShortRecords) {}

  Status Collect(MetricBatch& out) override {
    const auto text = file_.Read();
    if (!text) return text.status();
    const auto families = OpenFamilies(kMetrics, out);
    kernel::LineScanner lines(*text);
    for (std::string_view line; lines.Next(line);) {
      // Offline CPUs have no line, so that only the column tells which CPU a line is of.
      std::array<std::uint32_t, kCpuColumn + 1> columns{};
      std::size_t count = 0;
      if (Status status = Parse(line, columns, count); !status) return status;
      const auto index =
          count > kCpuColumn ? columns[kCpuColumn] : static_cast<std::uint32_t>(lines.number() - 1);
      char digits[10];
      const char* const end = std::to_chars(digits, digits + sizeof digits, index).ptr;
      const std::string_view cpu(digits, static_cast<std::size_t>(end - digits));
      for (std::size_t i = 0; i < families.size(); ++i) {
        families[i]->Add({{"cpu", cpu}}, columns[kColumns[i]]);
      }
    }
    return {};
  }

 private:
  template <std::size_t N>
  Status Parse(std::string_view line, std::array<std::uint32_t, N>& columns,
               std::size_t& count) const {
    kernel::FieldScanner fields(line);
    for (count = 0; count < N; ++count) {
      const std::string_view field = fields.Next();
      if (field.empty()) break;
      const auto value = kernel::ParseNumber<std::uint32_t>(field, 16);
      if (!value) return kernel::ParseError(file_.path(), field, line);
      columns[count] = *value;
    }
    if (count < kFewestColumns) return kernel::ParseError(file_.path(), "nine columns", line);
    return {};
  }

  kernel::KernelFile file_;
};

Result<std::unique_ptr<Collector>> MakeSoftnet(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<SoftnetCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kSoftnetCollector = {
    .name = "softnet",
    .help = "Per-CPU work of the network backlog.",
    .make = MakeSoftnet,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
