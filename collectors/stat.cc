// Totals of the whole host from /proc/stat: boot time, context switches, forks, interrupts.

#include <array>
#include <cstdint>

#include "collectors/collector.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kSoftirqFlag = "collector.stat.softirq";
constexpr std::array<FlagSpec, 1> kFlags = {{
    {.name = kSoftirqFlag,
     .type = FlagType::kBool,
     .default_value = "false",
     .help = "Report soft interrupts by vector."},
}};

constexpr std::array<MetricDesc, 7> kMetrics = {{
    {"node_intr_total", kCounter, "", "", "Interrupts that the kernel has served."},
    {"node_context_switches_total", kCounter, "", "", "Switches from one task to another."},
    {"node_boot_time_seconds", kGauge, "", "seconds", "When the host was booted, since the epoch."},
    {"node_forks_total", kCounter, "", "", "Processes and threads that were created."},
    {"node_procs_running", kGauge, "", "", "Tasks that run or could run."},
    {"node_procs_blocked", kGauge, "", "", "Tasks that wait for a disk."},
    {"node_softirqs_total", kCounter, "vector", "", "Soft interrupts that the kernel has served."},
}};
constexpr const MetricDesc& kSoftirqs = kMetrics[6];

// The first words of the lines that carry the metrics above, in the order of the file.
constexpr std::array<std::string_view, 6> kWords = {"intr",      "ctxt",          "btime",
                                                    "processes", "procs_running", "procs_blocked"};

// The columns of the softirq line after its total.
constexpr std::array<std::string_view, 10> kVectors = {
    "hi",           "timer",   "net_tx", "net_rx",  "block",
    "block_iopoll", "tasklet", "sched",  "hrtimer", "rcu"};

class StatCollector final : public Collector {
 public:
  explicit StatCollector(const CollectorContext& context)
      : file_(context.paths.Proc("stat"), context.descriptors, kernel::FileKind::kSingle),
        with_softirqs_(context.flags.Bool(kSoftirqFlag)) {}

  Status Collect(MetricBatch& out) override {
    const auto text = file_.Read();
    if (!text) return text.status();

    kernel::LineScanner lines(*text);
    std::size_t next = 0;
    for (std::string_view line; lines.Next(line);) {
      if (line.starts_with("cpu")) continue;
      // Only a few of the fields are taken: the intr line may have thousands.
      kernel::FieldScanner fields(line);
      const std::string_view word = fields.Next();
      if (with_softirqs_ && word == "softirq") {
        if (!AddSoftirqs(fields, out)) return kernel::ParseError(file_.path(), word, line);
        continue;
      }
      // What an old kernel does not have is passed over, what a new one adds is not looked for.
      std::size_t found = next;
      while (found < kWords.size() && kWords[found] != word) ++found;
      if (found == kWords.size()) continue;
      next = found + 1;
      const auto value = fields.NextNumber<std::uint64_t>();
      if (!value) return kernel::ParseError(file_.path(), word, line);
      out.Family(kMetrics[found]).Add(static_cast<double>(*value));
    }
    return {};
  }

 private:
  static bool AddSoftirqs(kernel::FieldScanner& fields, MetricBatch& out) {
    FamilyBuilder& family = out.Family(kSoftirqs);
    fields.Skip(1);
    for (const std::string_view vector : kVectors) {
      const std::string_view field = fields.Next();
      if (field.empty()) break;
      const auto count = kernel::ParseNumber<std::uint64_t>(field);
      if (!count) return false;
      family.Add({{"vector", vector}}, static_cast<double>(*count));
    }
    return true;
  }

  kernel::KernelFile file_;
  const bool with_softirqs_;
};

Result<std::unique_ptr<Collector>> MakeStat(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<StatCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kStatCollector = {
    .name = "stat",
    .help = "Boot time, context switches, forks, interrupts, tasks (/proc/stat).",
    .make = MakeStat,
    .flags = kFlags,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
