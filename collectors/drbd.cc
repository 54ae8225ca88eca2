// Resources of DRBD 8, from /proc/drbd. DRBD 9 tells nothing of its resources there.

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "collectors/collector.h"
#include "collectors/fixed_scales.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

// A number that stands in the file as "key:number".
struct Number {
  std::string_view key;
  MetricDesc desc;
  double scale;
  double fixed_scale;  // With --hostpulse.fixed-scales.
};
constexpr double kKibibyte = 1024;
constexpr auto kNumbers = std::to_array<Number>({
    {"ns",
     {"node_drbd_network_sent_bytes_total", kCounter, "device", "bytes",
      "Data sent to the partner."},
     kKibibyte,
     kKibibyte},
    // The kernel counts KiB here, too; node_exporter reports them as bytes.
    {"nr",
     {"node_drbd_network_received_bytes_total", kCounter, "device", "bytes",
      "Data received from the partner, in KiB unless --hostpulse.fixed-scales is given."},
     1,
     kKibibyte},
    {"dw",
     {"node_drbd_disk_written_bytes_total", kCounter, "device", "bytes",
      "Data written to the local disk."},
     kKibibyte,
     kKibibyte},
    {"dr",
     {"node_drbd_disk_read_bytes_total", kCounter, "device", "bytes",
      "Data read from the local disk."},
     kKibibyte,
     kKibibyte},
    {"al",
     {"node_drbd_activitylog_writes_total", kCounter, "device", "",
      "Updates of the activity log in the metadata."},
     1,
     1},
    {"bm",
     {"node_drbd_bitmap_writes_total", kCounter, "device", "",
      "Updates of the bitmap in the metadata."},
     1,
     1},
    {"lo",
     {"node_drbd_local_pending", kGauge, "device", "", "Requests that the local disk has open."},
     1,
     1},
    {"pe",
     {"node_drbd_remote_pending", kGauge, "device", "",
      "Requests sent to the partner that it has not answered."},
     1,
     1},
    {"ua",
     {"node_drbd_remote_unacknowledged", kGauge, "device", "",
      "Requests received from the partner that are not acknowledged yet."},
     1,
     1},
    {"ap",
     {"node_drbd_application_pending", kGauge, "device", "",
      "Requests of the application that DRBD has not completed."},
     1,
     1},
    {"ep", {"node_drbd_epochs", kGauge, "device", "", "Epochs in the device."}, 1, 1},
    {"oos",
     {"node_drbd_out_of_sync_bytes", kGauge, "device", "bytes",
      "Data that is not the same on both nodes."},
     kKibibyte,
     kKibibyte},
});

// A state that stands in the file as "key:LOCAL/REMOTE".
struct NodeState {
  std::string_view key;
  MetricDesc desc;
  std::string_view wanted;
};
constexpr auto kNodeStates = std::to_array<NodeState>({
    {"ro",
     {"node_drbd_node_role_is_primary", kGauge, "device,node", "bool",
      "1 where the node is primary for the device, else 0."},
     "Primary"},
    {"ds",
     {"node_drbd_disk_state_is_up_to_date", kGauge, "device,node", "bool",
      "1 where the node's disk is up to date, else 0."},
     "UpToDate"},
});

constexpr MetricDesc kConnected = {"node_drbd_connected", kGauge, "device", "bool",
                                   "1 while the device is connected to its partner, else 0."};

constexpr auto kMetrics = [] {
  std::array<MetricDesc, kNumbers.size() + kNodeStates.size() + 1> all{kConnected};
  auto* next = all.begin() + 1;
  for (const Number& number : kNumbers) *next++ = number.desc;
  for (const NodeState& state : kNodeStates) *next++ = state.desc;
  return all;
}();

// "key:value" with one colon.
struct KeyValue {
  std::string_view key;
  std::string_view value;
};
std::optional<KeyValue> Split(std::string_view field) {
  const std::size_t colon = field.find(':');
  if (colon == field.npos || field.find(':', colon + 1) != field.npos) return std::nullopt;
  return KeyValue{field.substr(0, colon), field.substr(colon + 1)};
}

class DrbdCollector final : public Collector {
 public:
  explicit DrbdCollector(const CollectorContext& context)
      : file_(context.paths.Proc("drbd"), context.descriptors),
        fixed_scales_(WantsFixedScales(context.flags)) {}

  Status Collect(MetricBatch& out) override {
    const auto text = file_.Read();
    if (!text) return text.status();
    device_.clear();
    Status status;
    kernel::LineScanner lines(*text);
    for (std::string_view line; lines.Next(line);) {
      kernel::FieldScanner fields(line);
      for (auto field = fields.Next(); !field.empty(); field = fields.Next()) {
        const auto pair = Split(field);
        if (!pair || Take(*pair, out) || !status.ok()) continue;
        status = kernel::ParseError(file_.path(), field, line);
      }
    }
    return status;
  }

 private:
  // False where the value is none; a key that nobody asks for is fine.
  bool Take(const KeyValue& pair, MetricBatch& out) {
    // "0:" begins a device; the version and the like stand in front of the first one.
    if (pair.value.empty() && kernel::ParseNumber<std::uint32_t>(pair.key)) {
      device_.assign("drbd").append(pair.key);
      return true;
    }
    if (device_.empty()) return true;
    if (const auto* number = std::ranges::find(kNumbers, pair.key, &Number::key);
        number != kNumbers.end()) {
      return TakeNumber(*number, pair.value, out);
    }
    if (const auto* state = std::ranges::find(kNodeStates, pair.key, &NodeState::key);
        state != kNodeStates.end()) {
      return TakeNodeState(*state, pair.value, out);
    }
    if (pair.key == "cs") {
      out.Family(kConnected).Add({{"device", device_}}, pair.value == "Connected" ? 1 : 0);
    }
    return true;
  }

  bool TakeNumber(const Number& number, std::string_view text, MetricBatch& out) const {
    const auto value = kernel::ParseNumber<std::int64_t>(text);
    if (!value) return false;
    const double scale = fixed_scales_ ? number.fixed_scale : number.scale;
    out.Family(number.desc).Add({{"device", device_}}, static_cast<double>(*value) * scale);
    return true;
  }

  bool TakeNodeState(const NodeState& state, std::string_view text, MetricBatch& out) const {
    const std::size_t slash = text.find('/');
    if (slash == text.npos) return false;
    FamilyBuilder& family = out.Family(state.desc);
    family.Add({{"device", device_}, {"node", "local"}},
               text.substr(0, slash) == state.wanted ? 1 : 0);
    family.Add({{"device", device_}, {"node", "remote"}},
               text.substr(slash + 1) == state.wanted ? 1 : 0);
    return true;
  }

  kernel::KernelFile file_;
  const bool fixed_scales_;
  std::string device_;  // Whose lines are being read; empty before the first.
};

Result<std::unique_ptr<Collector>> MakeDrbd(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<DrbdCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kDrbdCollector = {
    .name = "drbd",
    .on_by_default = false,
    .help = "State of DRBD 8 resources (/proc/drbd).",
    .make = MakeDrbd,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
