// Traffic counters of the network interfaces, from rtnetlink or from /proc/net/dev.

#include "collectors/netdev.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "collectors/device_filter.h"
#include "collectors/interface_addresses.h"
#include "collectors/kept_devices.h"
#include "collectors/kernel/scanner.h"
#include "collectors/link_counters.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kInclude = "collector.netdev.device-include";
constexpr std::string_view kExclude = "collector.netdev.device-exclude";
constexpr std::string_view kAddresses = "collector.netdev.address-info";
constexpr std::string_view kDetailed = "collector.netdev.enable-detailed-metrics";
constexpr std::string_view kNetlink = "collector.netdev.netlink";
constexpr std::string_view kIfalias = "collector.netdev.label-ifalias";

constexpr std::array<FlagSpec, 8> kFlags = {{
    {.name = kInclude,
     .type = FlagType::kRegex,
     .help = "Regular expression of the interfaces to report; not together with device-exclude."},
    {.name = kExclude,
     .type = FlagType::kRegex,
     .help = "Regular expression of the interfaces to leave out; not together with "
             "device-include."},
    {.name = kAddresses,
     .type = FlagType::kBool,
     .default_value = "false",
     .help = "Report the IP addresses of the interfaces."},
    {.name = kDetailed,
     .type = FlagType::kBool,
     .default_value = "false",
     .help = "Report each error counter of the kernel by itself instead of sums."},
    {.name = kNetlink,
     .type = FlagType::kBool,
     .default_value = "true",
     .help = "Ask rtnetlink for the counters instead of reading /proc/net/dev."},
    {.name = kIfalias,
     .type = FlagType::kBool,
     .default_value = "false",
     .help = "Label the counters with the alias of the interface."},
    {.name = "collector.netdev.device-whitelist",
     .type = FlagType::kRegex,
     .help = "Former name of --collector.netdev.device-include.",
     .hidden = true,
     .alias_of = kInclude},
    {.name = "collector.netdev.device-blacklist",
     .type = FlagType::kRegex,
     .help = "Former name of --collector.netdev.device-exclude.",
     .hidden = true,
     .alias_of = kExclude},
}};

constexpr auto kMetrics = [] {
  constexpr std::size_t kSize = kCommonLinkCounters.size() + kClassicLinkCounters.size() +
                                kNoHandlerLinkCounter.size() + kDetailedLinkCounters.size() + 1;
  std::array<MetricDesc, kSize> all{};
  std::size_t used = 0;
  const auto append = [&](std::span<const LinkCounter> counters) {
    for (const LinkCounter& counter : counters) all[used++] = counter.desc;
  };
  append(kCommonLinkCounters);
  append(kClassicLinkCounters);
  append(kNoHandlerLinkCounter);
  append(kDetailedLinkCounters);
  all[used] = kAddressInfo;
  return all;
}();

// The columns of /proc/net/dev, which have not changed since Linux 2.2.
constexpr std::array<LinkCounter::Field, 16> kProcColumns = {
    &LinkStats::rx_bytes,       &LinkStats::rx_packets,     &LinkStats::rx_errors,
    &LinkStats::rx_dropped,     &LinkStats::rx_fifo_errors, &LinkStats::rx_frame_errors,
    &LinkStats::rx_compressed,  &LinkStats::multicast,      &LinkStats::tx_bytes,
    &LinkStats::tx_packets,     &LinkStats::tx_errors,      &LinkStats::tx_dropped,
    &LinkStats::tx_fifo_errors, &LinkStats::collisions,     &LinkStats::tx_carrier_errors,
    &LinkStats::tx_compressed,
};

// What the two sources share: which interfaces and which labels, and the addresses.
class NetdevCollector : public Collector {
 public:
  Status Collect(MetricBatch& out) final {
    counters_.Open(out);
    if (Status status = AddCounters(); !status) return status;
    return with_addresses_ ? AddAddresses(source_, out) : Status();
  }

 protected:
  NetdevCollector(const CollectorContext& context, Rtnetlink source, DeviceFilter wants)
      : source_(std::move(source)),
        wants_(std::move(wants)),
        with_addresses_(context.flags.Bool(kAddresses)),
        with_alias_(context.flags.Bool(kIfalias)) {}

  virtual Status AddCounters() = 0;

  void Add(std::string_view device, std::string_view alias, const LinkStats& stats,
           std::size_t bytes) {
    const std::array<LabelView, 2> labels = {{{"device", device}, {"ifalias", alias}}};
    counters_.Add(std::span(labels).first(with_alias_ ? 2 : 1), stats, bytes);
  }

  const Rtnetlink source_;
  const DeviceFilter wants_;
  const bool with_addresses_;
  const bool with_alias_;
  LinkCounterWriter counters_;
};

class NetlinkNetdev final : public NetdevCollector {
 public:
  NetlinkNetdev(const CollectorContext& context, Rtnetlink source, DeviceFilter wants)
      : NetdevCollector(context, std::move(source), std::move(wants)) {
    counters_.Select(kCommonLinkCounters);
    if (context.flags.Bool(kDetailed)) {
      counters_.Select(kDetailedLinkCounters);
    } else {
      counters_.Select(kClassicLinkCounters);
    }
    counters_.Select(kNoHandlerLinkCounter);
  }

 private:
  Status AddCounters() override {
    if (with_alias_ || only_links_) return AddLinks();
    bool any = false;
    Status status = DumpLinkStats(
        source_.dump, [&](std::uint32_t index, const LinkStats& stats, std::size_t bytes) {
          any = true;
          const std::string_view device = source_.name_of(index);
          if (!device.empty() && wants_(device)) Add(device, {}, stats, bytes);
        });
    if (status.ok() || any) return status;
    status = AddLinks();
    only_links_ = status.ok();
    return status;
  }

  Status AddLinks() {
    return DumpLinks(source_.dump, [this](const Link& link) {
      if (link.stats_bytes == 0 || !wants_(link.name)) return;
      Add(link.name, link.alias, link.stats, link.stats_bytes);
    });
  }

  bool only_links_ = false;  // The kernel has no dump of statistics alone.
};

class ProcNetdev final : public NetdevCollector {
 public:
  ProcNetdev(const CollectorContext& context, Rtnetlink source, DeviceFilter wants)
      : NetdevCollector(context, std::move(source), std::move(wants)),
        paths_(context.paths),
        descriptors_(context.descriptors),
        file_(context.paths.Proc("net/dev"), context.descriptors) {
    // Of the detailed names, the file knows what is behind the first four only.
    const std::span<const LinkCounter> classic(kClassicLinkCounters);
    const std::span<const LinkCounter> detailed(kDetailedLinkCounters);
    counters_.Select(kCommonLinkCounters);
    counters_.Select((context.flags.Bool(kDetailed) ? detailed : classic).first(4));
    counters_.Select(classic.subspan(4));
  }

 private:
  using AliasFile = kernel::KernelFile;

  Status AddCounters() override {
    const auto text = file_.Read();
    if (!text) return text.status();
    aliases_.Begin();
    Status status;
    kernel::LineScanner lines(*text);
    for (std::string_view line; status.ok() && lines.Next(line);) {
      if (lines.number() > 2) status = AddLine(line);  // Below the two heading lines.
    }
    aliases_.End();
    return status;
  }

  Status AddLine(std::string_view line) {
    const std::size_t colon = line.rfind(':');
    if (colon == line.npos) return kernel::ParseError(file_.path(), "interface", line);
    const std::string_view device = kernel::Trim(line.substr(0, colon));
    if (!wants_(device)) return {};
    kernel::FieldScanner fields(line.substr(colon + 1));
    LinkStats stats{};
    for (std::size_t i = 0; i < kProcColumns.size(); ++i) {
      const auto value = fields.NextNumber<std::uint64_t>();
      if (!value) return kernel::ParseError(file_.path(), "column " + std::to_string(i + 1), line);
      stats.*kProcColumns[i] = *value;
    }
    Add(device, with_alias_ ? ReadAlias(device) : std::string_view(), stats, sizeof stats);
    return {};
  }

  std::string_view ReadAlias(std::string_view device) {
    AliasFile* file = aliases_.Find(device);
    if (file == nullptr) {
      std::string path = paths_.Sys("class/net/");
      path.append(device).append("/ifalias");
      file = &aliases_.Add(device, std::move(path), descriptors_, kernel::FileKind::kAttribute);
    }
    return file->TryReadTrimmed().value_or(std::string_view());
  }

  const HostPaths paths_;
  kernel::DescriptorBudget& descriptors_;
  kernel::KernelFile file_;
  KeptDevices<AliasFile> aliases_;
};

Result<std::unique_ptr<Collector>> MakeKernelNetdev(const CollectorContext& context) {
  return MakeNetdev(context, KernelRtnetlink());
}

}  // namespace

Result<std::unique_ptr<Collector>> MakeNetdev(const CollectorContext& context, Rtnetlink source) {
  auto wants = DeviceFilter::FromFlags(context.flags, kInclude, kExclude);
  if (!wants) return wants.status();
  if (context.flags.Bool(kNetlink)) {
    return std::unique_ptr<Collector>(
        std::make_unique<NetlinkNetdev>(context, std::move(source), std::move(*wants)));
  }
  return std::unique_ptr<Collector>(
      std::make_unique<ProcNetdev>(context, std::move(source), std::move(*wants)));
}

extern constinit const CollectorSpec kNetdevCollector = {
    .name = "netdev",
    .help = "Traffic counters of the network interfaces.",
    .make = MakeKernelNetdev,
    .flags = kFlags,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
