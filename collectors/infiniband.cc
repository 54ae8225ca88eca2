// Ports of InfiniBand and RoCE adapters and their counters, from /sys/class/infiniband/.

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "collectors/attribute_files.h"
#include "collectors/collector.h"
#include "collectors/device_filter.h"
#include "collectors/families.h"
#include "collectors/infiniband_port.h"
#include "collectors/kept_devices.h"
#include "collectors/kernel/kernel_dir.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kInclude = "collector.infiniband.device-include";
constexpr std::string_view kExclude = "collector.infiniband.device-exclude";
constexpr std::array<FlagSpec, 2> kFlags = {{
    {.name = kInclude,
     .type = FlagType::kRegex,
     .help = "Regular expression of the devices to report; not together with device-exclude."},
    {.name = kExclude,
     .type = FlagType::kRegex,
     .help = "Regular expression of the devices to leave out; not together with device-include."},
}};

constexpr MetricDesc kInfo = {"node_infiniband_info", kGauge,
                              "board_id,device,firmware_version,hca_type", "1",
                              "What the adapter says of itself; the value is always 1."};
constexpr auto kMetrics = [] {
  std::array<MetricDesc, kPortMetrics.size() + 1> all{};
  std::copy(kPortMetrics.begin(), kPortMetrics.end(), all.begin());
  all.back() = kInfo;
  return all;
}();

enum Attribute { kBoardId, kFirmwareVersion, kHcaType };
constexpr std::array<std::string_view, 3> kAttributeFiles = {"board_id", "fw_ver", "hca_type"};

// A host channel adapter, as InfiniBand calls a card.
struct Hca {
  Hca(const std::string& path, kernel::DescriptorBudget& budget)
      : attributes(path, kAttributeFiles, budget), directory(path + "ports", budget) {}

  AttributeFiles attributes;
  kernel::KernelDir directory;
  KeptDevices<InfinibandPort> ports;
};

class InfinibandCollector final : public Collector {
 public:
  InfinibandCollector(const CollectorContext& context, DeviceFilter wants)
      : wants_(std::move(wants)),
        descriptors_(context.descriptors),
        directory_(context.paths.Sys("class/infiniband"), context.descriptors) {}

  // Drivers ask the firmware of the adapter for its counters.
  bool MayBlock() const override { return !listed_ || hcas_.size() > 0; }

  Status Collect(MetricBatch& out) override {
    const auto names = directory_.List();
    listed_ = true;
    status_ = names.status();
    hcas_.Begin();
    if (names) {
      families_ = OpenFamilies(kPortMetrics, out);
      info_ = &out.Family(kInfo);
      for (const std::string_view name : *names) {
        if (wants_(name)) Add(name, FindHca(name));
      }
    }
    hcas_.End();
    return std::exchange(status_, {});
  }

 private:
  Hca& FindHca(std::string_view name) {
    if (Hca* const known = hcas_.Find(name)) return *known;
    std::string path = directory_.path() + "/";
    return hcas_.Add(name, path.append(name).append("/"), descriptors_);
  }

  void Add(std::string_view device, Hca& hca) {
    std::array<std::optional<std::string_view>, kAttributeFiles.size()> values;
    const auto ports = hca.directory.List();
    if (!hca.attributes.ReadAll(values) || !ports) return;  // It left after it was listed.
    info_->Add({{"board_id", values[kBoardId].value_or("")},
                {"device", device},
                {"firmware_version", values[kFirmwareVersion].value_or("")},
                {"hca_type", values[kHcaType].value_or("")}},
               1);
    hca.ports.Begin();
    for (const std::string_view port : *ports) AddPort(device, port, hca);
    hca.ports.End();
  }

  void AddPort(std::string_view device, std::string_view number, Hca& hca) {
    if (!kernel::ParseNumber<std::uint32_t>(number)) {
      Keep(kernel::ParseError(hca.directory.path(), "number of a port", number));
      return;
    }
    InfinibandPort* port = hca.ports.Find(number);
    if (port == nullptr) {
      std::string path = hca.directory.path() + "/";
      port = &hca.ports.Add(number, path.append(number).append("/"), descriptors_);
    }
    const std::array<LabelView, 2> labels = {{{"device", device}, {"port", number}}};
    Keep(port->AddTo(families_, labels));
  }

  // The first failure is the one that is reported.
  void Keep(Status status) {
    if (status_.ok()) status_ = std::move(status);
  }

  const DeviceFilter wants_;
  kernel::DescriptorBudget& descriptors_;
  kernel::KernelDir directory_;
  KeptDevices<Hca> hcas_;
  bool listed_ = false;
  // Of the collection that is going on.
  std::array<FamilyBuilder*, kPortMetrics.size()> families_{};
  FamilyBuilder* info_ = nullptr;
  Status status_;
};

Result<std::unique_ptr<Collector>> MakeInfiniband(const CollectorContext& context) {
  auto wants = DeviceFilter::FromFlags(context.flags, kInclude, kExclude);
  if (!wants) return wants.status();
  return std::unique_ptr<Collector>(
      std::make_unique<InfinibandCollector>(context, std::move(*wants)));
}

}  // namespace

extern constinit const CollectorSpec kInfinibandCollector = {
    .name = "infiniband",
    .may_block = true,
    .help = "Ports and counters of InfiniBand and RoCE devices.",
    .make = MakeInfiniband,
    .flags = kFlags,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
