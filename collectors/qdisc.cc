// Statistics of the root queueing discipline of each interface, from rtnetlink or a fixture file.

#include "collectors/qdisc.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "collectors/device_filter.h"
#include "collectors/families.h"
#include "collectors/json_records.h"
#include "collectors/qdiscs.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kInclude = "collector.qdisc.device-include";
constexpr std::string_view kExclude = "collector.qdisc.device-exclude";
constexpr std::string_view kFixtures = "collector.qdisc.fixtures";

constexpr FlagSpec Formerly(std::string_view name, std::string_view now) {
  return {.name = name,
          .type = FlagType::kRegex,
          .help = "The former name of this flag.",
          .hidden = true,
          .alias_of = now};
}

constexpr std::array<FlagSpec, 5> kFlags = {{
    {.name = kInclude,
     .type = FlagType::kRegex,
     .help = "Devices to report; excludes device-exclude."},
    {.name = kExclude,
     .type = FlagType::kRegex,
     .help = "Devices to leave out; excludes device-include."},
    {.name = kFixtures, .help = "Directory with a results.json to read instead of netlink."},
    Formerly("collector.qdisk.device-include", kInclude),
    Formerly("collector.qdisk.device-exclude", kExclude),
}};

constexpr std::array<MetricDesc, 7> kMetrics = {{
    {"node_qdisc_bytes_total", kCounter, "device,kind", "bytes", "Bytes sent."},
    {"node_qdisc_packets_total", kCounter, "device,kind", "", "Packets sent."},
    {"node_qdisc_drops_total", kCounter, "device,kind", "", "Packets dropped."},
    {"node_qdisc_requeues_total", kCounter, "device,kind", "",
     "Packets put back because the device did not take them."},
    {"node_qdisc_overlimits_total", kCounter, "device,kind", "",
     "Times that a packet was held back or dropped because of a limit."},
    {"node_qdisc_current_queue_length", kGauge, "device,kind", "", "Packets now in the queue."},
    {"node_qdisc_backlog", kGauge, "device,kind", "bytes", "Bytes now in the queue."},
}};

// What the two sources share: which interfaces, and how they are reported.
class QdiscCollector : public Collector {
 public:
  Status Collect(MetricBatch& out) final {
    families_ = OpenFamilies(kMetrics, out);
    return AddRoots();
  }

 protected:
  explicit QdiscCollector(DeviceFilter wants) : wants_(std::move(wants)) {}

  virtual Status AddRoots() = 0;

  void Add(std::string_view device, std::string_view kind, const QdiscStats& stats) {
    if (!wants_(device)) return;
    const std::array<double, kMetrics.size()> values = {
        static_cast<double>(stats.bytes),      static_cast<double>(stats.packets),
        static_cast<double>(stats.drops),      static_cast<double>(stats.requeues),
        static_cast<double>(stats.overlimits), static_cast<double>(stats.queue_length),
        static_cast<double>(stats.backlog)};
    for (std::size_t i = 0; i < values.size(); ++i) {
      families_[i]->Add({{"device", device}, {"kind", kind}}, values[i]);
    }
  }

 private:
  const DeviceFilter wants_;
  std::array<FamilyBuilder*, kMetrics.size()> families_{};  // Of the collection that is going on.
};

class NetlinkQdisc final : public QdiscCollector {
 public:
  NetlinkQdisc(Rtnetlink source, DeviceFilter wants)
      : QdiscCollector(std::move(wants)), source_(std::move(source)) {}

 private:
  Status AddRoots() override {
    return DumpQdiscs(source_.dump, [this](const Qdisc& qdisc) {
      if (!qdisc.IsRoot()) return;
      const std::string_view device = source_.name_of(qdisc.index);
      if (!device.empty()) Add(device, qdisc.kind, qdisc.stats);
    });
  }

  const Rtnetlink source_;
};

class FixtureQdisc final : public QdiscCollector {
 public:
  FixtureQdisc(const std::string& directory, DeviceFilter wants)
      : QdiscCollector(std::move(wants)), path_(directory + "/results.json") {}

 private:
  Status AddRoots() override {
    const auto records = ReadJsonRecords(path_);
    if (!records) return records.status();
    for (const JsonRecord& record : *records) {
      if (!AddRecord(record)) {
        return {ErrorCode::kParse, path_ + ": a number of " +
                                       std::string(record.Text("IfaceName")) +
                                       " that is none or does not fit"};
      }
    }
    return {};
  }

  // False for a bad number.
  bool AddRecord(const JsonRecord& record) {
    QdiscStats stats;
    std::uint32_t parent = 0;
    const bool good =
        record.Read("Bytes", stats.bytes) && record.Read("Packets", stats.packets) &&
        record.Read("Drops", stats.drops) && record.Read("Requeues", stats.requeues) &&
        record.Read("Overlimits", stats.overlimits) && record.Read("Qlen", stats.queue_length) &&
        record.Read("Backlog", stats.backlog) && record.Read("Parent", parent);
    if (good && parent == 0) Add(record.Text("IfaceName"), record.Text("Kind"), stats);
    return good;
  }

  const std::string path_;
};

Result<std::unique_ptr<Collector>> MakeKernelQdisc(const CollectorContext& context) {
  return MakeQdisc(context, KernelRtnetlink());
}

}  // namespace

Result<std::unique_ptr<Collector>> MakeQdisc(const CollectorContext& context, Rtnetlink source) {
  auto wants = DeviceFilter::FromFlags(context.flags, kInclude, kExclude);
  if (!wants) return wants.status();
  const std::string& fixtures = context.flags.String(kFixtures);
  if (!fixtures.empty()) {
    return std::unique_ptr<Collector>(std::make_unique<FixtureQdisc>(fixtures, std::move(*wants)));
  }
  return std::unique_ptr<Collector>(
      std::make_unique<NetlinkQdisc>(std::move(source), std::move(*wants)));
}

extern constinit const CollectorSpec kQdiscCollector = {
    .name = "qdisc",
    .on_by_default = false,
    .help = "Queueing disciplines of network devices.",
    .make = MakeKernelQdisc,
    .flags = kFlags,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
