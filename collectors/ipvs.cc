// The IP virtual server: totals from /proc/net/ip_vs_stats, backends from /proc/net/ip_vs.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/collector.h"
#include "collectors/families.h"
#include "collectors/ipvs_table.h"
#include "collectors/kept_devices.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kBackendLabels = "collector.ipvs.backend-labels";
constexpr std::array<FlagSpec, 1> kFlags = {{
    {.name = kBackendLabels,
     .default_value = "local_address,local_port,remote_address,remote_port,proto,local_mark",
     .help = "Labels of the backend statistics, comma-separated; backends that are equal in all "
             "of them are summed."},
}};

constexpr std::string_view kLabels =
    "local_address,local_mark,local_port,proto,remote_address,remote_port";
constexpr std::array<MetricDesc, 3> kBackendMetrics = {{
    {"node_ipvs_backend_connections_active", kGauge, kLabels, "",
     "Connections to the backend that are open."},
    {"node_ipvs_backend_connections_inactive", kGauge, kLabels, "",
     "Connections to the backend that are closing or idle."},
    {"node_ipvs_backend_weight", kGauge, kLabels, "",
     "Share of new connections that the backend is given, relative to the others."},
}};

// In the order of the columns.
constexpr std::array<MetricDesc, 5> kTotals = {{
    {"node_ipvs_connections_total", kCounter, "", "", "Connections that were made."},
    {"node_ipvs_incoming_packets_total", kCounter, "", "", "Packets that came from clients."},
    {"node_ipvs_outgoing_packets_total", kCounter, "", "", "Packets that went to clients."},
    {"node_ipvs_incoming_bytes_total", kCounter, "", "bytes", "Bytes that came from clients."},
    {"node_ipvs_outgoing_bytes_total", kCounter, "", "bytes", "Bytes that went to clients."},
}};

constexpr auto kMetrics = [] {
  std::array<MetricDesc, kBackendMetrics.size() + kTotals.size()> all{};
  auto* const rest = std::copy(kBackendMetrics.begin(), kBackendMetrics.end(), all.begin());
  std::copy(kTotals.begin(), kTotals.end(), rest);
  return all;
}();

// Indexes into kIpvsLabels, ascending and each once, for names separated by commas.
Result<std::vector<std::size_t>> SelectLabels(std::string_view names) {
  std::array<bool, kIpvsLabels.size()> wanted{};
  while (!names.empty()) {
    const std::string_view name = names.substr(0, names.find(','));
    names.remove_prefix(std::min(name.size() + 1, names.size()));
    if (name.empty()) continue;
    const auto* const found = std::ranges::find(kIpvsLabels, name);
    if (found == kIpvsLabels.end()) {
      return {ErrorCode::kInvalid, "--" + std::string(kBackendLabels) + ": no label \"" +
                                       std::string(name) + "\", only " + std::string(kLabels)};
    }
    wanted[static_cast<std::size_t>(found - kIpvsLabels.begin())] = true;
  }
  std::vector<std::size_t> selected;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i]) selected.push_back(i);
  }
  return selected;
}

// The backends that have the same selected labels.
struct BackendSum {
  BackendSum(const IpvsBackend& first, std::span<const std::size_t> selected) {
    values.reserve(selected.size());
    for (const std::size_t label : selected) {
      values.emplace_back(first.labels[label]);
      labels.push_back({kIpvsLabels[label], values.back()});
    }
  }

  std::vector<std::string> values;
  std::vector<LabelView> labels;  // Views of them.
  std::array<std::uint64_t, kBackendMetrics.size()> sums{};
};

class IpvsCollector final : public Collector {
 public:
  IpvsCollector(const CollectorContext& context, std::vector<std::size_t> selected)
      : selected_(std::move(selected)),
        totals_(context.paths.Proc("net/ip_vs_stats"), context.descriptors,
                kernel::FileKind::kShortRecords),
        table_(context.paths.Proc("net/ip_vs"), context.descriptors,
               kernel::FileKind::kShortRecords) {}

  Status Collect(MetricBatch& out) override {
    if (Status status = AddTotals(out); !status) return status;
    const auto text = table_.Read();
    if (!text) return text.status();
    backends_.ForEach([](std::string_view, BackendSum& backend) { backend.sums = {}; });
    backends_.Begin();
    Status status = ForEachIpvsBackend(*text, table_.path(),
                                       [this](const IpvsBackend& backend) { Sum(backend); });
    backends_.End();
    if (status.ok()) AddBackends(out);
    return status;
  }

 private:
  Status AddTotals(MetricBatch& out) {
    const auto text = totals_.Read();
    if (!text) return text.status();
    kernel::LineScanner lines(*text);
    std::string_view line;
    for (int i = 0; i < 3; ++i) lines.Next(line);  // Below two lines of heading.
    if (lines.number() != 3) return kernel::ParseError(totals_.path(), "totals", *text);
    std::array<std::uint64_t, kTotals.size()> values{};
    kernel::FieldScanner fields(line);
    for (std::size_t i = 0; i < kTotals.size(); ++i) {
      const auto value = fields.NextNumber<std::uint64_t>(16);
      if (!value) return kernel::ParseError(totals_.path(), kTotals[i].name, line);
      values[i] = *value;
    }
    for (std::size_t i = 0; i < kTotals.size(); ++i) {
      out.Family(kTotals[i]).Add(static_cast<double>(values[i]));
    }
    return {};
  }

  void Sum(const IpvsBackend& backend) {
    key_.clear();
    for (const std::size_t label : selected_) key_.append(backend.labels[label]).append(" ");
    auto& sums = backends_.FindOrAdd(key_, backend, selected_).sums;
    sums[0] += backend.active_connections;
    sums[1] += backend.inactive_connections;
    sums[2] += backend.weight;
  }

  void AddBackends(MetricBatch& out) {
    const auto families = OpenFamilies(kBackendMetrics, out);
    backends_.ForEach([&](std::string_view, const BackendSum& backend) {
      for (std::size_t i = 0; i < families.size(); ++i) {
        families[i]->Add(backend.labels, static_cast<double>(backend.sums[i]));
      }
    });
  }

  const std::vector<std::size_t> selected_;
  kernel::KernelFile totals_;
  kernel::KernelFile table_;
  std::string key_;
  KeptDevices<BackendSum> backends_;  // By their selected labels.
};

Result<std::unique_ptr<Collector>> MakeIpvs(const CollectorContext& context) {
  auto selected = SelectLabels(context.flags.String(kBackendLabels));
  if (!selected) return selected.status();
  return std::unique_ptr<Collector>(std::make_unique<IpvsCollector>(context, std::move(*selected)));
}

}  // namespace

extern constinit const CollectorSpec kIpvsCollector = {
    .name = "ipvs",
    .help = "Totals and backends of the IP virtual server.",
    .make = MakeIpvs,
    .flags = kFlags,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
