// NVMe subsystems and the controllers that lead to them, from /sys/class/nvme-subsystem/.

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "collectors/attribute_files.h"
#include "collectors/collector.h"
#include "collectors/families.h"
#include "collectors/kept_devices.h"
#include "collectors/kernel/kernel_dir.h"
#include "collectors/nvme_name.h"

namespace hostpulse::collectors {
namespace {

constexpr std::array<MetricDesc, 5> kMetrics = {{
    {"node_nvmesubsystem_info", kGauge, "iopolicy,model,nqn,serial,subsystem", "1",
     "What the subsystem says of itself; the value is always 1."},
    {"node_nvmesubsystem_namespace_info", kGauge, "device,subsystem", "1",
     "A block device of the subsystem, whatever path leads to it; the value is always 1."},
    {"node_nvmesubsystem_path_state", kGauge, "controller,state,subsystem,transport", "bool",
     "1 for the state that the controller is in, else 0."},
    {"node_nvmesubsystem_paths", kGauge, "subsystem", "paths",
     "Controllers that lead to the subsystem."},
    {"node_nvmesubsystem_paths_live", kGauge, "subsystem", "paths",
     "Controllers that lead to the subsystem and are live."},
}};
enum Metric { kInfo, kNamespaceInfo, kPathState, kPaths, kPathsLive };

enum SubsystemFile { kIopolicy, kModel, kNqn, kSerial };
constexpr std::array<std::string_view, 4> kSubsystemFiles = {"iopolicy", "model", "subsysnqn",
                                                             "serial"};
enum ControllerFile { kState, kTransport };
constexpr std::array<std::string_view, 2> kControllerFiles = {"state", "transport"};

constexpr std::string_view kLive = "live";
constexpr std::string_view kUnknown = "unknown";
constexpr std::array<std::string_view, 7> kStates = {"connecting", "dead",      "deleting", kLive,
                                                     "new",        "resetting", kUnknown};

// One of kStates. The kernel has two words for a controller that is being deleted.
std::string_view StateOf(std::string_view text) {
  if (text == "deleting (no IO)") return "deleting";
  const auto* const found = std::ranges::find(kStates, text);
  return found == kStates.end() ? kUnknown : *found;
}

struct Subsystem {
  Subsystem(const std::string& path, kernel::DescriptorBudget& budget)
      : attributes(path + "/", kSubsystemFiles, budget), directory(path, budget) {}

  AttributeFiles attributes;
  kernel::KernelDir directory;
  KeptDevices<AttributeFiles> controllers;
};

class NvmesubsystemCollector final : public Collector {
 public:
  explicit NvmesubsystemCollector(const CollectorContext& context)
      : descriptors_(context.descriptors),
        directory_(context.paths.Sys("class/nvme-subsystem"), context.descriptors) {}

  Status Collect(MetricBatch& out) override {
    const auto names = directory_.List();
    if (!names) return names.status();
    families_ = OpenFamilies(kMetrics, out);
    subsystems_.Begin();
    for (const std::string_view name : *names) Add(name, FindSubsystem(name));
    subsystems_.End();
    return {};
  }

 private:
  Subsystem& FindSubsystem(std::string_view name) {
    if (Subsystem* const known = subsystems_.Find(name)) return *known;
    std::string path = directory_.path() + "/";
    return subsystems_.Add(name, path.append(name), descriptors_);
  }

  void Add(std::string_view name, Subsystem& subsystem) {
    std::array<std::optional<std::string_view>, kSubsystemFiles.size()> values;
    const auto members = subsystem.directory.List();
    if (!subsystem.attributes.ReadAll(values) || !members) return;  // It left after it was listed.
    families_[kInfo]->Add({{"iopolicy", values[kIopolicy].value_or("")},
                           {"model", values[kModel].value_or("")},
                           {"nqn", values[kNqn].value_or("")},
                           {"serial", values[kSerial].value_or("")},
                           {"subsystem", name}},
                          1);
    int paths = 0;
    int live = 0;
    subsystem.controllers.Begin();
    for (const std::string_view member : *members) {
      const auto parsed = ParseNvmeName(member);
      if (!parsed || !parsed->path.empty()) continue;
      if (!parsed->name_space.empty()) {
        families_[kNamespaceInfo]->Add({{"device", member}, {"subsystem", name}}, 1);
      } else if (const auto state = AddPath(name, member, FindController(subsystem, member))) {
        ++paths;
        if (*state == kLive) ++live;
      }
    }
    subsystem.controllers.End();
    families_[kPaths]->Add({{"subsystem", name}}, paths);
    families_[kPathsLive]->Add({{"subsystem", name}}, live);
  }

  AttributeFiles& FindController(Subsystem& subsystem, std::string_view name) {
    if (AttributeFiles* const known = subsystem.controllers.Find(name)) return *known;
    std::string path = subsystem.directory.path() + "/";
    return subsystem.controllers.Add(name, path.append(name).append("/"), kControllerFiles,
                                     descriptors_);
  }

  // The state of the controller, or nothing where it has left.
  std::optional<std::string_view> AddPath(std::string_view subsystem, std::string_view controller,
                                          AttributeFiles& files) {
    std::array<std::optional<std::string_view>, kControllerFiles.size()> values;
    if (!files.ReadAll(values)) return std::nullopt;
    const std::string_view current = StateOf(values[kState].value_or(kUnknown));
    for (const std::string_view state : kStates) {
      families_[kPathState]->Add({{"controller", controller},
                                  {"state", state},
                                  {"subsystem", subsystem},
                                  {"transport", values[kTransport].value_or("")}},
                                 state == current ? 1 : 0);
    }
    return current;
  }

  kernel::DescriptorBudget& descriptors_;
  kernel::KernelDir directory_;
  KeptDevices<Subsystem> subsystems_;
  std::array<FamilyBuilder*, kMetrics.size()> families_{};  // Of the collection that is going on.
};

Result<std::unique_ptr<Collector>> MakeNvmesubsystem(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<NvmesubsystemCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kNvmesubsystemCollector = {
    .name = "nvmesubsystem",
    .on_by_default = false,
    .help = "Paths of NVMe over fabrics subsystems.",
    .make = MakeNvmesubsystem,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
