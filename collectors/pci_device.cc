#include "collectors/pci_device.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

bool IsHex(std::string_view digits) {
  return kernel::ParseNumber<std::uint32_t>(digits, 16).has_value();
}

struct IdFile {
  std::string_view name;
  std::string PciIds::*id;
};
constexpr std::array<IdFile, 6> kIdFiles = {{{"class", &PciIds::class_code},
                                             {"vendor", &PciIds::vendor},
                                             {"device", &PciIds::device},
                                             {"subsystem_vendor", &PciIds::subsystem_vendor},
                                             {"subsystem_device", &PciIds::subsystem_device},
                                             {"revision", &PciIds::revision}}};

}  // namespace

std::optional<PciAddress> ParsePciAddress(std::string_view text) {
  const std::size_t dot = text.rfind('.');
  const std::size_t second = text.rfind(':');
  const std::size_t first = text.find(':');
  if (dot == text.npos || first >= second || second > dot) return std::nullopt;
  const PciAddress address = {.segment = text.substr(0, first),
                              .bus = text.substr(first + 1, second - first - 1),
                              .device = text.substr(second + 1, dot - second - 1),
                              .function = text.substr(dot + 1)};
  for (const auto part : {address.segment, address.bus, address.device, address.function}) {
    if (!IsHex(part)) return std::nullopt;
  }
  return address;
}

PciDevice::PciDevice(const std::string& directory, std::string_view address,
                     kernel::DescriptorBudget& budget)
    : address_text_(address) {
  const auto parsed = ParsePciAddress(address_text_);
  if (!parsed) {
    status_ = kernel::ParseError(directory, "address", address_text_);
    return;
  }
  address_ = *parsed;
  status_ = ReadIds(directory, budget);
  if (!status_) return;
  ReadParent(directory);
  OpenFiles(directory, budget);
}

Status PciDevice::ReadIds(const std::string& directory, kernel::DescriptorBudget& budget) {
  for (const auto& [name, id] : kIdFiles) {
    std::string path = directory + "/";
    kernel::KernelFile file(std::move(path.append(name)), budget, kernel::FileKind::kAttribute);
    const auto text = file.ReadTrimmed();
    if (!text) return text.status();
    if (!text->starts_with("0x") || !IsHex(text->substr(2))) {
      return kernel::ParseError(file.path(), "number", *text);
    }
    ids_.*id = *text;
  }
  return {};
}

// The directory is a link such as "../../../devices/pci0000:00/0000:00:02.0/0000:04:00.0": a
// device stands in that of the bridge it is behind.
void PciDevice::ReadParent(const std::string& directory) {
  char target[PATH_MAX];
  const ssize_t size = ::readlink(directory.c_str(), target, sizeof target);
  if (size <= 0) return;
  std::string_view path(target, static_cast<std::size_t>(size));
  path = path.substr(0, std::min(path.rfind('/'), path.size()));
  parent_text_ = path.substr(path.rfind('/') + 1);
  parent_ = ParsePciAddress(parent_text_).value_or(parent_);
}

void PciDevice::OpenFiles(const std::string& directory, kernel::DescriptorBudget& budget) {
  for (std::size_t i = 0; i < kPciFiles.size(); ++i) {
    std::string path = directory + "/";
    auto& file = files_[i];
    file.emplace(std::move(path.append(kPciFiles[i])), budget, kernel::FileKind::kAttribute);
    if (!file->TryRead() && file->last_errno() == ENOENT) file.reset();
  }
}

void PciDevice::MakeInfo(const PciNames* names) {
  info_ = {{"bus", address_.bus},
           {"class_id", ids_.class_code},
           {"device", address_.device},
           {"device_id", ids_.device},
           {"function", address_.function},
           {"parent_bus", parent_.bus},
           {"parent_device", parent_.device},
           {"parent_function", parent_.function},
           {"parent_segment", parent_.segment},
           {"revision", ids_.revision},
           {"segment", address_.segment},
           {"subsystem_device_id", ids_.subsystem_device},
           {"subsystem_vendor_id", ids_.subsystem_vendor},
           {"vendor_id", ids_.vendor}};
  if (names == nullptr) return;
  names_ = {names->Class(ids_), names->Device(ids_), names->SubsystemDevice(ids_),
            names->Vendor(ids_.subsystem_vendor), names->Vendor(ids_.vendor)};
  info_.insert(info_.end(), {{"class_name", names_[0]},
                             {"device_name", names_[1]},
                             {"subsystem_device_name", names_[2]},
                             {"subsystem_vendor_name", names_[3]},
                             {"vendor_name", names_[4]}});
  std::ranges::sort(info_, {}, &LabelView::name);
}

}  // namespace hostpulse::collectors
