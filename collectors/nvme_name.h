#pragma once

#include <optional>
#include <string_view>

namespace hostpulse::collectors {

// The kernel's name of something of NVMe, as the digits it is made of. Views into the name.
struct NvmeName {
  std::string_view instance;    // Of the controller or, with a namespace, perhaps of the subsystem.
  std::string_view path;        // Of a path to a namespace: its controller; else empty.
  std::string_view name_space;  // Empty for a controller.
};

// "nvme0" a controller, "nvme0n1" a namespace, "nvme0c1n1" one of the paths to a namespace; nothing
// for everything else (partitions, character devices, "nvme-subsys0").
std::optional<NvmeName> ParseNvmeName(std::string_view name);

}  // namespace hostpulse::collectors
