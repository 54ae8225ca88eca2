#pragma once

#include <string>
#include <string_view>

namespace hostpulse::collectors {

// Where the host's files are: every path that a collector opens is made here, so that a test's
// tree, a container's /host mount and a real host are read by the same code.
struct HostPaths {
  std::string procfs = "/proc";              // --path.procfs
  std::string sysfs = "/sys";                // --path.sysfs
  std::string rootfs = "/";                  // --path.rootfs
  std::string udev_data = "/run/udev/data";  // --path.udev.data

  std::string Proc(std::string_view relative) const { return Join(procfs, relative); }
  std::string Sys(std::string_view relative) const { return Join(sysfs, relative); }
  std::string Udev(std::string_view relative) const { return Join(udev_data, relative); }
  // A path of the host as seen from here: Root("/etc/os-release") below --path.rootfs.
  std::string Root(std::string_view absolute) const { return Join(rootfs, absolute); }

 private:
  static std::string Join(std::string_view base, std::string_view tail) {
    while (base.size() > 1 && base.ends_with('/')) base.remove_suffix(1);
    while (tail.starts_with('/')) tail.remove_prefix(1);
    std::string path(base);
    if (!path.ends_with('/')) path += '/';
    return path.append(tail);
  }
};

}  // namespace hostpulse::collectors
