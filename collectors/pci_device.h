#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/kernel/kernel_file.h"
#include "collectors/pci_names.h"
#include "core/metrics/labels.h"
#include "core/result.h"

namespace hostpulse::collectors {

// Where a PCI device is: "0000:00:1f.2" taken apart. Views into that text.
struct PciAddress {
  std::string_view segment;
  std::string_view bus;
  std::string_view device;
  std::string_view function;
};

// Nothing for what is no such address, as "pci0000:00".
std::optional<PciAddress> ParsePciAddress(std::string_view text);

// The files of a device that may change or that not every device has.
inline constexpr std::array<std::string_view, 11> kPciFiles = {
    "current_link_speed",      "current_link_width", "d3cold_allowed",
    "max_link_speed",          "max_link_width",     "numa_node",
    "sriov_drivers_autoprobe", "sriov_numvfs",       "sriov_totalvfs",
    "sriov_vf_total_msix",     "power_state"};
enum PciFile {
  kCurrentLinkSpeed,
  kCurrentLinkWidth,
  kD3coldAllowed,
  kMaxLinkSpeed,
  kMaxLinkWidth,
  kNumaNode,
  kSriovDriversAutoprobe,
  kSriovNumvfs,
  kSriovTotalvfs,
  kSriovVfTotalMsix,
  kPowerState
};

// A device below /sys/bus/pci/devices. What cannot change while it is there is read when it is
// made; so is which of kPciFiles it has. One thread at a time.
class PciDevice {
 public:
  // `directory` is what stands at `address` in /sys/bus/pci/devices, which it is named by.
  PciDevice(const std::string& directory, std::string_view address,
            kernel::DescriptorBudget& budget);
  PciDevice(const PciDevice&) = delete;  // Its labels are views of its own texts.
  PciDevice& operator=(const PciDevice&) = delete;

  // Not fine where its identity could not be read: kAbsent where it left meanwhile, kPermission,
  // kIo, kParse. It is then of no use.
  const Status& status() const { return status_; }
  const PciIds& ids() const { return ids_; }

  // Makes the labels of node_pcidevice_info: without those of names where `names` is null.
  void MakeInfo(const PciNames* names);
  std::span<const LabelView> info() const { return info_; }
  const PciAddress& address() const { return address_; }

  // The value without white space at the ends; nothing where there is none.
  std::optional<std::string_view> Read(PciFile file) {
    return files_[file] ? files_[file]->TryReadTrimmed() : std::nullopt;
  }
  // Only of a file that had a value.
  const std::string& path(PciFile file) const { return files_[file]->path(); }

 private:
  Status ReadIds(const std::string& directory, kernel::DescriptorBudget& budget);
  void ReadParent(const std::string& directory);
  void OpenFiles(const std::string& directory, kernel::DescriptorBudget& budget);

  const std::string address_text_;
  std::string parent_text_;
  PciAddress address_;
  PciAddress parent_ = {"*", "*", "*", "*"};
  PciIds ids_;
  std::vector<std::string> names_;
  std::vector<LabelView> info_;
  std::array<std::optional<kernel::KernelFile>, kPciFiles.size()> files_;
  Status status_;
};

}  // namespace hostpulse::collectors
