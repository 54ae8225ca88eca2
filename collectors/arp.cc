// Neighbour-table entries per interface, from rtnetlink or from /proc/net/arp.

#include "collectors/arp.h"

#include <linux/neighbour.h>

#include <array>
#include <cstdint>
#include <unordered_map>
#include <utility>

#include "collectors/device_filter.h"
#include "collectors/kept_devices.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kInclude = "collector.arp.device-include";
constexpr std::string_view kExclude = "collector.arp.device-exclude";
constexpr std::string_view kNetlink = "collector.arp.netlink";

constexpr std::array<FlagSpec, 3> kFlags = {{
    {.name = kInclude,
     .type = FlagType::kRegex,
     .help = "Regular expression of the interfaces to report; not together with device-exclude."},
    {.name = kExclude,
     .type = FlagType::kRegex,
     .help = "Regular expression of the interfaces to leave out; not together with "
             "device-include."},
    {.name = kNetlink,
     .type = FlagType::kBool,
     .default_value = "true",
     .help = "Ask rtnetlink for the neighbours instead of reading /proc/net/arp."},
}};

constexpr std::array<MetricDesc, 1> kMetrics = {{
    {"node_arp_entries", kGauge, "device", "",
     "Entries of the IPv4 neighbour table on the interface."},
}};

class NetlinkArpCollector final : public Collector {
 public:
  NetlinkArpCollector(Rtnetlink source, DeviceFilter wants)
      : source_(std::move(source)), wants_(std::move(wants)) {}

  Status Collect(MetricBatch& out) override {
    Status status = DumpNeighbours(source_.dump, [this](const Neighbour& neighbour) {
      // As /proc/net/arp has it: no entries that never needed to be resolved.
      if ((neighbour.state & NUD_NOARP) == 0) ++entries_[neighbour.index];
    });
    FamilyBuilder& family = out.Family(kMetrics[0]);
    for (auto item = entries_.begin(); item != entries_.end();) {
      const std::uint64_t count = std::exchange(item->second, 0);
      if (count == 0) {
        item = entries_.erase(item);
        continue;
      }
      const std::string_view device = source_.name_of(item->first);
      if (status.ok() && !device.empty() && wants_(device)) {
        family.Add({{"device", device}}, static_cast<double>(count));
      }
      ++item;
    }
    return status;
  }

 private:
  const Rtnetlink source_;
  const DeviceFilter wants_;
  std::unordered_map<std::uint32_t, std::uint64_t> entries_;  // By index; zero between two runs.
};

class ProcArpCollector final : public Collector {
 public:
  ProcArpCollector(const CollectorContext& context, DeviceFilter wants)
      : file_(context.paths.Proc("net/arp"), context.descriptors), wants_(std::move(wants)) {}

  Status Collect(MetricBatch& out) override {
    const auto text = file_.Read();
    if (!text) return text.status();
    devices_.ForEach([](std::string_view, std::uint64_t& count) { count = 0; });
    devices_.Begin();
    Status status = Count(*text);
    devices_.End();
    if (!status) return status;
    FamilyBuilder& family = out.Family(kMetrics[0]);
    devices_.ForEach([&](std::string_view device, std::uint64_t count) {
      if (wants_(device)) family.Add({{"device", device}}, static_cast<double>(count));
    });
    return {};
  }

 private:
  Status Count(std::string_view text) {
    kernel::LineScanner lines(text);
    for (std::string_view line; lines.Next(line);) {
      if (lines.number() == 1) continue;  // The heading.
      kernel::FieldScanner fields(line);
      fields.Skip(5);  // Address, type, flags, hardware address, mask.
      const std::string_view device = fields.Next();
      if (device.empty() || !fields.Next().empty()) {
        return kernel::ParseError(file_.path(), "Device", line);
      }
      ++devices_.FindOrAdd(device, std::uint64_t{0});
    }
    return {};
  }

  kernel::KernelFile file_;
  const DeviceFilter wants_;
  KeptDevices<std::uint64_t> devices_;
};

Result<std::unique_ptr<Collector>> MakeKernelArp(const CollectorContext& context) {
  return MakeArp(context, KernelRtnetlink());
}

}  // namespace

Result<std::unique_ptr<Collector>> MakeArp(const CollectorContext& context, Rtnetlink source) {
  auto wants = DeviceFilter::FromFlags(context.flags, kInclude, kExclude);
  if (!wants) return wants.status();
  if (!context.flags.Bool(kNetlink)) {
    return std::unique_ptr<Collector>(
        std::make_unique<ProcArpCollector>(context, std::move(*wants)));
  }
  return std::unique_ptr<Collector>(
      std::make_unique<NetlinkArpCollector>(std::move(source), std::move(*wants)));
}

extern constinit const CollectorSpec kArpCollector = {
    .name = "arp",
    .help = "Neighbour-table entries per interface.",
    .make = MakeKernelArp,
    .flags = kFlags,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
