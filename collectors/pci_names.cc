#include "collectors/pci_names.h"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "collectors/kernel/scanner.h"
#include "collectors/regular_file.h"

namespace hostpulse::collectors {
namespace {

constexpr std::size_t kMaxBytes = 16 << 20;  // The file has 1.5 MB.

std::string_view Digits(std::string_view id) {
  return id.substr(std::min(id.size(), std::size_t{2}));
}

std::string DeviceKey(const PciIds& ids) {
  return std::string(Digits(ids.vendor)).append(Digits(ids.device));
}

std::string SubsystemKey(const PciIds& ids) {
  return DeviceKey(ids).append(Digits(ids.subsystem_vendor)).append(Digits(ids.subsystem_device));
}

// Of the class, the subclass or the programming interface, by how many digits are taken.
std::string ClassKey(const PciIds& ids, std::size_t digits) {
  return "C" + std::string(Digits(ids.class_code).substr(0, digits));
}

}  // namespace

void PciNames::Want(const PciIds& ids) {
  const auto want = [this](const std::string& key) {
    missing_ = names_.try_emplace(key).second || missing_;
  };
  want(std::string(Digits(ids.vendor)));
  want(std::string(Digits(ids.subsystem_vendor)));
  want(DeviceKey(ids));
  want(SubsystemKey(ids));
  for (const std::size_t digits : {2UL, 4UL, 6UL}) want(ClassKey(ids, digits));
}

void PciNames::Load() {
  if (!missing_) return;
  missing_ = false;
  std::string text;
  Status status;
  for (const std::string& path : files_) {
    const auto read = ReadRegularFile({AT_FDCWD, path.c_str(), path}, kMaxBytes, text);
    if (read) {
      Parse(text);
      return;
    }
    status = read.status();
  }
  log_.Warn("no names of PCI devices", {{"reason", status.message()}});
}

// A line is as far inside as it has tabs in front: "8086  Intel" or "C 01  Storage", in it
// "\t1533  I210" or "\t08  NVM", in that "\t\t8086 0001  Adapter" or "\t\t02  NVM Express".
void PciNames::Parse(std::string_view text) {
  constexpr std::size_t kLevels = 3;
  std::string key;
  std::array<std::size_t, kLevels + 1> lengths{};  // Of the key, by level; that of the outermost 0.
  kernel::LineScanner lines(text);
  for (std::string_view line; lines.Next(line);) {
    const std::size_t level = std::min(line.find_first_not_of('\t'), line.size());
    line.remove_prefix(level);
    const std::size_t gap = line.find("  ");
    if (level >= kLevels || gap == line.npos || line.starts_with('#')) continue;
    key.resize(lengths[level]);
    for (const char c : line.substr(0, gap)) {
      if (c != ' ') key += c;
    }
    lengths[level + 1] = key.size();
    const auto wanted = names_.find(key);
    if (wanted != names_.end()) wanted->second = kernel::Trim(line.substr(gap));
  }
}

std::string PciNames::Find(std::string_view key, std::string_view otherwise) const {
  const auto found = names_.find(key);
  return found == names_.end() || found->second.empty() ? std::string(otherwise) : found->second;
}

std::string PciNames::Vendor(std::string_view vendor) const {
  return Find(Digits(vendor), Digits(vendor));
}

std::string PciNames::Device(const PciIds& ids) const {
  return Find(DeviceKey(ids), Digits(ids.device));
}

std::string PciNames::SubsystemDevice(const PciIds& ids) const {
  return Find(SubsystemKey(ids), Digits(ids.subsystem_device));
}

std::string PciNames::Class(const PciIds& ids) const {
  for (const std::size_t digits : {6UL, 4UL, 2UL}) {
    std::string name = Find(ClassKey(ids, digits), "");
    if (!name.empty()) return name;
  }
  return "Unknown class (" + std::string(Digits(ids.class_code)) + ")";
}

}  // namespace hostpulse::collectors
