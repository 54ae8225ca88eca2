#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/log/logger.h"

namespace hostpulse::collectors {

// What a PCI device is, as the kernel prints it: "0x" and lower-case hexadecimal digits, six for
// the class, two for the revision, else four.
struct PciIds {
  std::string class_code;
  std::string vendor;
  std::string device;
  std::string subsystem_vendor;
  std::string subsystem_device;
  std::string revision;
};

// Names of PCI vendors, devices and classes, from the system's pci.ids. Of its 35,000 entries only
// those asked for are kept. One thread at a time.
class PciNames {
 public:
  // The first of `files` that can be read counts. `log` outlives it.
  PciNames(std::vector<std::string> files, Logger& log) : files_(std::move(files)), log_(log) {}

  // Asks for the names of a device, which are there after the next Load.
  void Want(const PciIds& ids);
  // Reads the file where a name has been asked for since the last Load: once, unless a device of
  // another kind arrives. Where no file can be read there are no names, and a warning says so.
  void Load();

  // Each gives the digits, without "0x", where the file has no name.
  std::string Vendor(std::string_view vendor) const;
  std::string Device(const PciIds& ids) const;
  std::string SubsystemDevice(const PciIds& ids) const;
  // Of the programming interface, or else of the subclass, or else of the class: "NVM Express".
  // "Unknown class (ffff00)" where none of them has a name.
  std::string Class(const PciIds& ids) const;

 private:
  void Parse(std::string_view text);
  std::string Find(std::string_view key, std::string_view otherwise) const;

  const std::vector<std::string> files_;
  Logger& log_;
  bool missing_ = false;  // Something has been asked for since the last Load.
  // By digits one after the other, outer ones first: "8086", "80861533", "8086153380860001",
  // "C01", "C0108", "C010802". Empty for what has no name.
  std::map<std::string, std::string, std::less<>> names_;
};

}  // namespace hostpulse::collectors
