// NVMe controllers and their namespaces, from /sys/class/nvme/.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "collectors/attribute_files.h"
#include "collectors/collector.h"
#include "collectors/families.h"
#include "collectors/kept_devices.h"
#include "collectors/kernel/kernel_dir.h"
#include "collectors/kernel/scanner.h"
#include "collectors/nvme_name.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kFixedScales = "hostpulse.fixed-scales";

constexpr std::array<MetricDesc, 6> kMetrics = {{
    {"node_nvme_info", kGauge, "cntlid,device,firmware_revision,model,serial,state", "1",
     "What the controller says of itself; the value is always 1."},
    {"node_nvme_namespace_info", kGauge, "ana_state,device,nsid", "1",
     "How the controller can reach the namespace; the value is always 1."},
    {"node_nvme_namespace_capacity_bytes", kGauge, "device,nsid", "bytes",
     "The same as node_nvme_namespace_size_bytes."},
    {"node_nvme_namespace_size_bytes", kGauge, "device,nsid", "bytes",
     "Size of the namespace; 8 times too large where a logical block has 4 KiB, as node_exporter "
     "has it, unless --hostpulse.fixed-scales is set."},
    {"node_nvme_namespace_used_bytes", kGauge, "device,nsid", "bytes",
     "What the controller has allocated for the namespace."},
    {"node_nvme_namespace_logical_block_size_bytes", kGauge, "device,nsid", "bytes",
     "Size of a logical block of the namespace."},
}};
enum Metric { kInfo, kNamespaceInfo, kCapacity, kSize, kUsed, kBlockSize };

enum ControllerFile { kCntlid, kFirmware, kModel, kSerial, kState };
constexpr std::array<std::string_view, 5> kControllerFiles = {"cntlid", "firmware_rev", "model",
                                                              "serial", "state"};
enum NamespaceFile { kAnaState, kNuse, kSectors, kLogicalBlock };
constexpr std::array<std::string_view, 4> kNamespaceFiles = {"ana_state", "nuse", "size",
                                                             "queue/logical_block_size"};

constexpr double kSectorBytes = 512;  // What sysfs counts in, whatever the size of a block.

struct Controller {
  Controller(const std::string& path, kernel::DescriptorBudget& budget)
      : attributes(path + "/", kControllerFiles, budget), directory(path, budget) {}

  AttributeFiles attributes;
  kernel::KernelDir directory;
  KeptDevices<AttributeFiles> namespaces;  // By the names of their directories.
};

class NvmeCollector final : public Collector {
 public:
  explicit NvmeCollector(const CollectorContext& context)
      : fixed_scales_(context.flags.Has(kFixedScales) && context.flags.Bool(kFixedScales)),
        descriptors_(context.descriptors),
        directory_(context.paths.Sys("class/nvme"), context.descriptors) {}

  // Newer kernels ask the controller for the use of a namespace, which it may take its time for.
  bool MayBlock() const override { return !listed_ || controllers_.size() > 0; }

  Status Collect(MetricBatch& out) override {
    const auto names = directory_.List();
    listed_ = true;
    status_ = names.status();
    controllers_.Begin();
    if (names) {
      families_ = OpenFamilies(kMetrics, out);
      for (const std::string_view name : *names) Add(name, FindController(name));
    }
    controllers_.End();
    return std::exchange(status_, {});
  }

 private:
  Controller& FindController(std::string_view name) {
    if (Controller* const known = controllers_.Find(name)) return *known;
    std::string path = directory_.path() + "/";
    return controllers_.Add(name, path.append(name), descriptors_);
  }

  void Add(std::string_view device, Controller& controller) {
    std::array<std::optional<std::string_view>, kControllerFiles.size()> values;
    if (!controller.attributes.ReadAll(values)) return;  // It left after it was listed.
    families_[kInfo]->Add({{"cntlid", values[kCntlid].value_or("")},
                           {"device", device},
                           {"firmware_revision", values[kFirmware].value_or("")},
                           {"model", values[kModel].value_or("")},
                           {"serial", values[kSerial].value_or("")},
                           {"state", values[kState].value_or("")}},
                          1);
    const auto names = controller.directory.List();
    if (!names) return;
    controller.namespaces.Begin();
    for (const std::string_view name : *names) {
      const auto parsed = ParseNvmeName(name);
      if (!parsed || parsed->name_space.empty()) continue;
      AddNamespace(device, parsed->name_space, FindNamespace(controller, name));
    }
    controller.namespaces.End();
  }

  AttributeFiles& FindNamespace(Controller& controller, std::string_view name) {
    if (AttributeFiles* const known = controller.namespaces.Find(name)) return *known;
    std::string path = controller.directory.path() + "/";
    return controller.namespaces.Add(name, path.append(name).append("/"), kNamespaceFiles,
                                     descriptors_);
  }

  void AddNamespace(std::string_view device, std::string_view nsid, AttributeFiles& files) {
    std::array<std::optional<std::string_view>, kNamespaceFiles.size()> values;
    if (!files.ReadAll(values)) return;
    families_[kNamespaceInfo]->Add(
        {{"ana_state", values[kAnaState].value_or("")}, {"device", device}, {"nsid", nsid}}, 1);
    std::array<std::optional<double>, kNamespaceFiles.size()> numbers;
    for (const NamespaceFile file : {kNuse, kSectors, kLogicalBlock}) {
      if (values[file]) numbers[file] = Parse(files.path(file), *values[file]);
    }
    const auto& block = numbers[kLogicalBlock];
    if (!block) return;
    const auto add = [&](Metric metric, double value) {
      families_[metric]->Add({{"device", device}, {"nsid", nsid}}, value);
    };
    add(kBlockSize, *block);
    if (numbers[kNuse]) add(kUsed, *numbers[kNuse] * *block);
    if (!numbers[kSectors]) return;
    const double size = *numbers[kSectors] * (fixed_scales_ ? kSectorBytes : *block);
    add(kSize, size);
    add(kCapacity, size);
  }

  std::optional<double> Parse(const std::string& path, std::string_view text) {
    const auto number = kernel::ParseNumber<std::uint64_t>(text);
    if (number) return static_cast<double>(*number);
    if (status_.ok()) status_ = kernel::ParseError(path, "number", text);
    return std::nullopt;
  }

  const bool fixed_scales_;
  kernel::DescriptorBudget& descriptors_;
  kernel::KernelDir directory_;
  KeptDevices<Controller> controllers_;
  bool listed_ = false;
  // Of the collection that is going on.
  std::array<FamilyBuilder*, kMetrics.size()> families_{};
  Status status_;  // What went wrong first.
};

Result<std::unique_ptr<Collector>> MakeNvme(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<NvmeCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kNvmeCollector = {
    .name = "nvme",
    .may_block = true,
    .help = "NVMe controllers and namespaces.",
    .make = MakeNvme,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
