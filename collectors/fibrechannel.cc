// Ports of Fibre Channel hosts and their statistics, from /sys/class/fc_host/.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "collectors/attribute_files.h"
#include "collectors/collector.h"
#include "collectors/families.h"
#include "collectors/kept_devices.h"
#include "collectors/kernel/kernel_dir.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr std::array<MetricDesc, 14> kStatistics = {{
    {"node_fibrechannel_dumped_frames_total", kCounter, "fc_host", "",
     "Frames lost for want of resources of the host."},
    {"node_fibrechannel_error_frames_total", kCounter, "fc_host", "", "Frames with an error."},
    {"node_fibrechannel_fcp_packet_aborts_total", kCounter, "fc_host", "",
     "SCSI commands that were aborted."},
    {"node_fibrechannel_invalid_crc_total", kCounter, "fc_host", "",
     "Frames with a wrong checksum."},
    {"node_fibrechannel_invalid_tx_words_total", kCounter, "fc_host", "",
     "Transmission words that are not valid."},
    {"node_fibrechannel_link_failure_total", kCounter, "fc_host", "", "Failures of the link."},
    {"node_fibrechannel_loss_of_signal_total", kCounter, "fc_host", "",
     "Times that the signal was lost."},
    {"node_fibrechannel_loss_of_sync_total", kCounter, "fc_host", "",
     "Times that synchronisation was lost."},
    {"node_fibrechannel_nos_total", kCounter, "fc_host", "",
     "Not-operational sequences on the link."},
    {"node_fibrechannel_rx_frames_total", kCounter, "fc_host", "", "Frames received."},
    {"node_fibrechannel_rx_words_total", kCounter, "fc_host", "",
     "Words of four bytes received in frames."},
    {"node_fibrechannel_seconds_since_last_reset_total", kCounter, "fc_host", "seconds",
     "Time since the statistics were reset."},
    {"node_fibrechannel_tx_frames_total", kCounter, "fc_host", "", "Frames sent."},
    {"node_fibrechannel_tx_words_total", kCounter, "fc_host", "",
     "Words of four bytes sent in frames."},
}};
// The files, in the order of the metrics.
constexpr std::array<std::string_view, kStatistics.size()> kStatisticFiles = {
    "dumped_frames",
    "error_frames",
    "fcp_packet_aborts",
    "invalid_crc_count",
    "invalid_tx_word_count",
    "link_failure_count",
    "loss_of_signal_count",
    "loss_of_sync_count",
    "nos_count",
    "rx_frames",
    "rx_words",
    "seconds_since_last_reset",
    "tx_frames",
    "tx_words"};

constexpr MetricDesc kInfo = {"node_fibrechannel_info", kGauge,
                              "dev_loss_tmo,fabric_name,fc_host,port_id,port_name,port_state,"
                              "port_type,speed,supported_classes,supported_speeds,symbolic_name",
                              "1", "What the host says of its port; the value is always 1."};
enum Attribute {
  kDevLossTmo,
  kFabricName,
  kPortId,
  kPortName,
  kPortState,
  kPortType,
  kSpeed,
  kSupportedClasses,
  kSupportedSpeeds,
  kSymbolicName
};
constexpr std::array<std::string_view, 10> kAttributeFiles = {
    "dev_loss_tmo", "fabric_name", "port_id",           "port_name",        "port_state",
    "port_type",    "speed",       "supported_classes", "supported_speeds", "symbolic_name"};

constexpr auto kMetrics = [] {
  std::array<MetricDesc, kStatistics.size() + 1> all{};
  std::copy(kStatistics.begin(), kStatistics.end(), all.begin());
  all.back() = kInfo;
  return all;
}();

constexpr std::string_view kHexPrefix = "0x";
// What a driver says of something that it does not count.
constexpr std::uint64_t kUnsupported = std::numeric_limits<std::uint64_t>::max();

struct FcHost {
  FcHost(const std::string& directory, kernel::DescriptorBudget& budget)
      : attributes(directory, kAttributeFiles, budget),
        statistics(directory + "statistics/", kStatisticFiles, budget) {}

  AttributeFiles attributes;
  AttributeFiles statistics;
};

class FibrechannelCollector final : public Collector {
 public:
  explicit FibrechannelCollector(const CollectorContext& context)
      : descriptors_(context.descriptors),
        directory_(context.paths.Sys("class/fc_host"), context.descriptors) {}

  // Drivers ask the firmware of the adapter for every statistic.
  bool MayBlock() const override { return !listed_ || hosts_.size() > 0; }

  Status Collect(MetricBatch& out) override {
    const auto names = directory_.List();
    listed_ = true;
    Status status = names.status();
    hosts_.Begin();
    if (names) status = AddHosts(*names, out);
    hosts_.End();
    return status;
  }

 private:
  using Families = std::array<FamilyBuilder*, kStatistics.size()>;

  FcHost& FindHost(std::string_view name) {
    if (FcHost* const known = hosts_.Find(name)) return *known;
    std::string path = directory_.path() + "/";
    return hosts_.Add(name, path.append(name).append("/"), descriptors_);
  }

  // The first failure is the one that is reported.
  Status AddHosts(std::span<const std::string_view> names, MetricBatch& out) {
    const auto families = OpenFamilies(kStatistics, out);
    FamilyBuilder& info = out.Family(kInfo);
    Status status;
    for (const std::string_view name : names) {
      FcHost& host = FindHost(name);
      if (!AddInfo(name, host.attributes, info)) continue;  // It left after it was listed.
      Status of_host = AddStatistics(name, host.statistics, families);
      if (status.ok()) status = std::move(of_host);
    }
    return status;
  }

  static bool AddInfo(std::string_view host, AttributeFiles& files, FamilyBuilder& info) {
    std::array<std::optional<std::string_view>, kAttributeFiles.size()> values;
    if (!files.ReadAll(values)) return false;
    const auto text = [&values](Attribute file) { return values[file].value_or(""); };
    const auto digits = [&text](Attribute file) {
      std::string_view value = text(file);
      if (value.starts_with(kHexPrefix)) value.remove_prefix(kHexPrefix.size());
      return value;
    };
    info.Add({{"dev_loss_tmo", text(kDevLossTmo)},
              {"fabric_name", digits(kFabricName)},
              {"fc_host", host},
              {"port_id", digits(kPortId)},
              {"port_name", digits(kPortName)},
              {"port_state", text(kPortState)},
              {"port_type", text(kPortType)},
              {"speed", text(kSpeed)},
              {"supported_classes", text(kSupportedClasses)},
              {"supported_speeds", text(kSupportedSpeeds)},
              {"symbolic_name", text(kSymbolicName)}},
             1);
    return true;
  }

  static Status AddStatistics(std::string_view host, AttributeFiles& files,
                              const Families& families) {
    Status status;
    for (std::size_t i = 0; i < families.size(); ++i) {
      const auto text = files.Read(i);
      if (!text) continue;
      const auto value = text->starts_with(kHexPrefix)
                             ? kernel::ParseNumber<std::uint64_t>(text->substr(2), 16)
                             : kernel::ParseNumber<std::uint64_t>(*text);
      if (!value) {
        if (status.ok()) status = kernel::ParseError(files.path(i), kStatistics[i].name, *text);
      } else if (*value != kUnsupported) {
        families[i]->Add({{"fc_host", host}}, static_cast<double>(*value));
      }
    }
    return status;
  }

  kernel::DescriptorBudget& descriptors_;
  kernel::KernelDir directory_;
  KeptDevices<FcHost> hosts_;
  bool listed_ = false;
};

Result<std::unique_ptr<Collector>> MakeFibrechannel(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<FibrechannelCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kFibrechannelCollector = {
    .name = "fibrechannel",
    .may_block = true,
    .help = "Ports and statistics of Fibre Channel hosts.",
    .make = MakeFibrechannel,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
