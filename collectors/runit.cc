// State of the services of runit, from the supervise/status files that runsv keeps.

#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "collectors/collector.h"
#include "collectors/families.h"
#include "collectors/kept_devices.h"
#include "collectors/kernel/kernel_dir.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kDirectory = "collector.runit.servicedir";

constexpr std::array<FlagSpec, 1> kFlags = {{
    {.name = kDirectory,
     .default_value = "/etc/service",
     .help = "Directory of the runit services."},
}};

enum Metric : std::size_t { kState, kDesiredState, kNormalState, kLastChange };

constexpr std::array<MetricDesc, 4> kMetrics = {{
    {"node_service_state", kGauge, "service,supervisor", "",
     "State of the service: 0 down, 1 up, 2 finishing."},
    {"node_service_desired_state", kGauge, "service,supervisor", "",
     "State that the service is wanted in: 0 down, 1 up."},
    {"node_service_normal_state", kGauge, "service,supervisor", "",
     "State that the service starts in: 0 down, 1 up."},
    {"node_service_state_last_change_timestamp_seconds", kGauge, "service,supervisor", "seconds",
     "When the service last changed its state, since the epoch."},
}};

// supervise/status: time as TAI64N (12 bytes, most significant first), process id (4 bytes),
// paused, wanted ('u' or 'd'), terminating, state.
constexpr std::size_t kStatusBytes = 20;
constexpr std::size_t kWantByte = 17;
constexpr std::size_t kStateByte = 19;
constexpr std::uint64_t kTaiOfEpoch = (std::uint64_t{1} << 62) + 10;

std::int64_t UnixSeconds(std::string_view status) {
  std::uint64_t tai = 0;
  for (const char c : status.substr(0, 8)) tai = tai << 8 | static_cast<unsigned char>(c);
  return static_cast<std::int64_t>(tai - kTaiOfEpoch);
}

struct Service {
  Service(const std::string& directory, kernel::DescriptorBudget& budget)
      : status(directory + "/status", budget), down(directory + "/down") {}

  kernel::KernelFile status;
  std::string down;
};

class RunitCollector final : public Collector {
 public:
  explicit RunitCollector(const CollectorContext& context)
      : log_(context.log), directory_(context.flags.String(kDirectory), no_descriptors_) {}

  Status Collect(MetricBatch& out) override {
    const auto names = directory_.List();
    if (!names) return names.status();
    const auto families = OpenFamilies(kMetrics, out);
    Status status;
    services_.Begin();
    for (const std::string_view name : *names) {
      Service* service = services_.Find(name);
      if (service == nullptr) service = &services_.Add(name, PathOf(name), no_descriptors_);
      Status of_service = AddService(name, *service, families);
      if (status.ok()) status = std::move(of_service);
    }
    services_.End();
    return status;
  }

 private:
  using Families = std::array<FamilyBuilder*, kMetrics.size()>;

  std::string PathOf(std::string_view service) const {
    std::string path = directory_.path() + "/";
    return path.append(service).append("/supervise");
  }

  Status AddService(std::string_view name, Service& service, const Families& families) {
    const auto text = service.status.TryRead();
    if (!text) {
      LogUnread(service.status);
      return {};
    }
    if (text->size() != kStatusBytes) {
      return {ErrorCode::kParse, service.status.path() + ": has " + std::to_string(text->size()) +
                                     " bytes, not those 20 of runit"};
    }
    const std::array<LabelView, 2> labels = {{{"service", name}, {"supervisor", "runit"}}};
    families[kState]->Add(labels, static_cast<unsigned char>((*text)[kStateByte]));
    families[kDesiredState]->Add(labels, (*text)[kWantByte] == 'u' ? 1 : 0);
    families[kNormalState]->Add(labels, IsNormallyUp(service) ? 1 : 0);
    families[kLastChange]->Add(labels, static_cast<double>(UnixSeconds(*text)));
    return {};
  }

  // runsv itself looks for a file "down" one directory further up. node_exporter looks here.
  static bool IsNormallyUp(const Service& service) {
    struct stat unused {};
    return ::stat(service.down.c_str(), &unused) != 0 && errno == ENOENT;
  }

  // What is no service, or is not supervised, has no such file.
  void LogUnread(const kernel::KernelFile& file) {
    const int error = file.last_errno();
    const bool usual = error == ENOENT || error == ENOTDIR;
    if (usual) log_.Debug("no status of a service", {{"path", file.path()}});
    if (!usual) {
      log_.Warn("status of a service left out",
                {{"path", file.path()}, {"err", std::strerror(error)}});
    }
  }

  Logger& log_;
  // Nothing is kept open: runsv writes a new file for each change, and runsvchdir changes the
  // directory.
  kernel::DescriptorBudget no_descriptors_{0};
  kernel::KernelDir directory_;
  KeptDevices<Service> services_;
};

Result<std::unique_ptr<Collector>> MakeRunit(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<RunitCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kRunitCollector = {
    .name = "runit",
    .on_by_default = false,
    .help = "State of runit services (deprecated).",
    .make = MakeRunit,
    .flags = kFlags,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
