// State of the processes of supervisord, asked of it by XML-RPC.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "collectors/collector.h"
#include "collectors/families.h"
#include "collectors/http_client.h"
#include "collectors/http_endpoint.h"
#include "collectors/supervisord_response.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kUrl = "collector.supervisord.url";

constexpr std::array<FlagSpec, 1> kFlags = {{
    {.name = kUrl,
     .default_value = "http://localhost:9001/RPC2",
     .help = "XML-RPC endpoint of supervisord: http://host:port/RPC2 or unix:///path/of/socket.",
     .env = "SUPERVISORD_URL"},
}};

enum Metric : std::size_t { kState, kExitStatus, kUp, kStartTime };

constexpr std::array<MetricDesc, 4> kMetrics = {{
    {"node_supervisord_state", kGauge, "group,name", "",
     "State of the process as supervisord numbers them: 20 is running."},
    {"node_supervisord_exit_status", kGauge, "group,name", "",
     "Status with which the process exited last, or 0."},
    {"node_supervisord_up", kGauge, "group,name", "bool",
     "1 while the process starts, runs or is being stopped, else 0."},
    {"node_supervisord_start_time_seconds", kCounter, "group,name", "seconds",
     "When the process was started, since the epoch; only while it is up."},
}};

constexpr std::string_view kRequest =
    "<?xml version=\"1.0\"?>"
    "<methodCall><methodName>supervisor.getAllProcessInfo</methodName><params/></methodCall>";

// STARTING, RUNNING and STOPPING: there is a process, as node_exporter has it.
constexpr bool IsUp(std::int64_t state) {
  return state == 10 || state == 20 || state == 40;
}

class SupervisordCollector final : public Collector {
 public:
  SupervisordCollector(const CollectorContext& context, HttpEndpoint endpoint)
      : client_(std::move(endpoint), context.clock) {}

  Status Collect(MetricBatch& out) override {
    const auto answer = client_.Post("text/xml", kRequest);
    if (!answer) return answer.status();
    const auto families = OpenFamilies(kMetrics, out);
    Status status = response_.Read(
        *answer, [&families](const SupervisedProcess& process) { AddProcess(process, families); });
    if (!status) out.Clear();
    return status;
  }

 private:
  static void AddProcess(const SupervisedProcess& process,
                         const std::array<FamilyBuilder*, kMetrics.size()>& families) {
    const std::array<LabelView, 2> labels = {{{"group", process.group}, {"name", process.name}}};
    const bool up = IsUp(process.state);
    families[kState]->Add(labels, static_cast<double>(process.state));
    families[kExitStatus]->Add(labels, static_cast<double>(process.exit_status));
    families[kUp]->Add(labels, up ? 1 : 0);
    if (up) families[kStartTime]->Add(labels, static_cast<double>(process.start));
  }

  HttpClient client_;
  SupervisordResponse response_;
};

Result<std::unique_ptr<Collector>> MakeSupervisord(const CollectorContext& context) {
  auto endpoint = ParseHttpEndpoint(context.flags.String(kUrl), "/RPC2");
  if (!endpoint) return std::move(endpoint).status().WithContext(kUrl);
  return std::unique_ptr<Collector>(
      std::make_unique<SupervisordCollector>(context, std::move(*endpoint)));
}

}  // namespace

extern constinit const CollectorSpec kSupervisordCollector = {
    .name = "supervisord",
    .on_by_default = false,
    .may_block = true,
    .help = "State of supervisord processes (deprecated).",
    .make = MakeSupervisord,
    .flags = kFlags,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
