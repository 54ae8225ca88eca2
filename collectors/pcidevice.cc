// PCI devices: what they are, their link, power state and SR-IOV, from /sys/bus/pci/devices/.

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/collector.h"
#include "collectors/families.h"
#include "collectors/kept_devices.h"
#include "collectors/kernel/kernel_dir.h"
#include "collectors/kernel/scanner.h"
#include "collectors/pci_device.h"
#include "collectors/pci_names.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kIdsFile = "collector.pcidevice.idsfile";
constexpr std::string_view kNames = "collector.pcidevice.names";
constexpr std::array<FlagSpec, 2> kFlags = {{
    {.name = kIdsFile,
     .help = "The pci.ids file to take names from, below --path.rootfs; empty: where it usually "
             "is."},
    {.name = kNames,
     .type = FlagType::kBool,
     .default_value = "false",
     .help = "Label the devices with the names of vendor, device and class."},
}};

constexpr std::string_view kLocation = "bus,device,function,segment";
// In the order of PciFile, which has the power state last.
constexpr std::array<MetricDesc, kPciFiles.size() - 1> kValues = {{
    {"node_pcidevice_current_link_transfers_per_second", kGauge, kLocation, "transfers/second",
     "Rate of the link as it is; -1 where there is none or it is not known."},
    {"node_pcidevice_current_link_width", kGauge, kLocation, "lanes",
     "Lanes of the link in use; -1 where there is no link or it is not known."},
    {"node_pcidevice_d3cold_allowed", kGauge, kLocation, "bool",
     "Whether the power of the device may be cut."},
    {"node_pcidevice_max_link_transfers_per_second", kGauge, kLocation, "transfers/second",
     "Highest rate of the link that the device can have; -1 where there is none."},
    {"node_pcidevice_max_link_width", kGauge, kLocation, "lanes",
     "Most lanes of the link that the device can have; -1 where there is none."},
    {"node_pcidevice_numa_node", kGauge, kLocation, "",
     "NUMA node that the device is nearest to; not there where it is near to none."},
    {"node_pcidevice_sriov_drivers_autoprobe", kGauge, kLocation, "bool",
     "Whether virtual functions get a driver as they are made."},
    {"node_pcidevice_sriov_numvfs", kGauge, kLocation, "", "Virtual functions that there are."},
    {"node_pcidevice_sriov_totalvfs", kGauge, kLocation, "",
     "Virtual functions that there can be."},
    {"node_pcidevice_sriov_vf_total_msix", kGauge, kLocation, "",
     "Interrupt vectors that there are for all virtual functions together."},
}};
constexpr MetricDesc kInfo = {
    "node_pcidevice_info", kGauge,
    "bus,class_id,class_name,device,device_id,device_name,function,parent_bus,parent_device,"
    "parent_function,parent_segment,revision,segment,subsystem_device_id,subsystem_device_name,"
    "subsystem_vendor_id,subsystem_vendor_name,vendor_id,vendor_name",
    "1",
    "What the device is and which bridge it is behind, with names if --collector.pcidevice.names "
    "is set; the value is always 1."};
constexpr MetricDesc kPowerStates = {"node_pcidevice_power_state", kGauge,
                                     "bus,device,function,segment,state", "bool",
                                     "1 for the power state that the device is in, else 0."};
constexpr auto kMetrics = [] {
  std::array<MetricDesc, kValues.size() + 2> all{};
  auto* const rest = std::copy(kValues.begin(), kValues.end(), all.begin());
  rest[0] = kInfo;
  rest[1] = kPowerStates;
  return all;
}();

// Every word that the kernel has.
constexpr std::array<std::string_view, 7> kStates = {"D0",    "D1",    "D2",     "D3cold",
                                                     "D3hot", "error", "unknown"};

bool IsOfLink(PciFile file) {
  return file == kCurrentLinkSpeed || file == kCurrentLinkWidth || file == kMaxLinkSpeed ||
         file == kMaxLinkWidth;
}

// Nothing where the text is no number: "8.0 GT/s PCIe" for a rate, else a decimal.
std::optional<double> Parse(PciFile file, std::string_view text) {
  constexpr double kTransfersOfGiga = 1e9;
  if (file == kCurrentLinkSpeed || file == kMaxLinkSpeed) {
    const auto giga = kernel::ParseDouble(kernel::FieldScanner(text).Next());
    return giga ? std::optional(*giga * kTransfersOfGiga) : std::nullopt;
  }
  const auto number = kernel::ParseNumber<std::int64_t>(text);
  return number ? std::optional(static_cast<double>(*number)) : std::nullopt;
}

class PcideviceCollector final : public Collector {
 public:
  PcideviceCollector(const CollectorContext& context, std::unique_ptr<PciNames> names)
      : names_(std::move(names)),
        descriptors_(context.descriptors),
        directory_(context.paths.Sys("bus/pci/devices"), context.descriptors) {}

  Status Collect(MetricBatch& out) override {
    const auto addresses = directory_.List();
    if (!addresses) return addresses.status();
    devices_.Begin();
    for (const std::string_view address : *addresses) FindDevice(address);
    devices_.End();
    if (names_ != nullptr) names_->Load();

    values_ = OpenFamilies(kValues, out);
    info_ = &out.Family(kInfo);
    power_states_ = &out.Family(kPowerStates);
    devices_.ForEach([this](std::string_view, PciDevice& device) { Add(device); });
    return std::exchange(status_, {});
  }

 private:
  // An address may come back with another device at it, in a slot that can be plugged: its link is
  // another inode then.
  void FindDevice(std::string_view address) {
    path_.assign(directory_.path()).append("/").append(address);
    struct stat link {};
    if (::lstat(path_.c_str(), &link) != 0) return;  // It left after it was listed.
    char inode[20];
    const char* const end = std::to_chars(inode, inode + sizeof inode, link.st_ino).ptr;
    key_.assign(address).append(" ").append(inode, static_cast<std::size_t>(end - inode));
    if (devices_.Find(key_) != nullptr) return;
    const PciDevice& device = devices_.Add(key_, path_, address, descriptors_);
    if (names_ != nullptr && device.status()) names_->Want(device.ids());
  }

  void Add(PciDevice& device) {
    if (!device.status()) {
      if (device.status().code() != ErrorCode::kAbsent) Keep(device.status());
      return;
    }
    if (device.info().empty()) device.MakeInfo(names_.get());
    info_->Add(device.info(), 1);
    for (std::size_t i = 0; i < values_.size(); ++i) AddValue(device, static_cast<PciFile>(i));
    AddPowerState(device);
  }

  void AddValue(PciDevice& device, PciFile file) {
    constexpr double kNone = -1;
    std::optional<double> value;
    const auto text = device.Read(file);
    if (text && !text->empty() && !text->starts_with("Unknown")) {
      value = Parse(file, *text);
      if (!value) Keep(kernel::ParseError(device.path(file), kValues[file].name, *text));
    }
    if (!value && IsOfLink(file)) value = kNone;
    if (!value || (file == kNumaNode && *value == kNone)) return;
    const auto& [segment, bus, slot, function] = device.address();
    values_[file]->Add(
        {{"bus", bus}, {"device", slot}, {"function", function}, {"segment", segment}}, *value);
  }

  void AddPowerState(PciDevice& device) {
    const auto text = device.Read(kPowerState);
    if (!text) return;
    if (std::ranges::find(kStates, *text) == kStates.end()) {
      Keep(kernel::ParseError(device.path(kPowerState), kPowerStates.name, *text));
      return;
    }
    const auto& [segment, bus, slot, function] = device.address();
    for (const std::string_view state : kStates) {
      power_states_->Add({{"bus", bus},
                          {"device", slot},
                          {"function", function},
                          {"segment", segment},
                          {"state", state}},
                         state == *text ? 1 : 0);
    }
  }

  // The first failure is the one that is reported.
  void Keep(Status status) {
    if (status_.ok()) status_ = std::move(status);
  }

  const std::unique_ptr<PciNames> names_;  // Null where they are not wanted.
  kernel::DescriptorBudget& descriptors_;
  kernel::KernelDir directory_;
  KeptDevices<PciDevice> devices_;  // By address and inode.
  std::string path_;
  std::string key_;
  // Of the collection that is going on.
  std::array<FamilyBuilder*, kValues.size()> values_{};
  FamilyBuilder* info_ = nullptr;
  FamilyBuilder* power_states_ = nullptr;
  Status status_;
};

Result<std::unique_ptr<Collector>> MakePcidevice(const CollectorContext& context) {
  std::unique_ptr<PciNames> names;
  if (context.flags.Bool(kNames)) {
    std::vector<std::string> files = {context.paths.Root("/usr/share/misc/pci.ids"),
                                      context.paths.Root("/usr/share/hwdata/pci.ids")};
    const std::string& file = context.flags.String(kIdsFile);
    if (!file.empty()) files = {context.paths.Root(file)};
    names = std::make_unique<PciNames>(std::move(files), context.log);
  }
  return std::unique_ptr<Collector>(
      std::make_unique<PcideviceCollector>(context, std::move(names)));
}

}  // namespace

extern constinit const CollectorSpec kPcideviceCollector = {
    .name = "pcidevice",
    .on_by_default = false,
    .may_block = true,
    .help = "PCI devices: link, power state, SR-IOV.",
    .make = MakePcidevice,
    .flags = kFlags,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
