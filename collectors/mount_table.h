#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/device_filter.h"
#include "collectors/host_paths.h"
#include "collectors/mountinfo.h"
#include "collectors/statfs_pool.h"
#include "core/result.h"

namespace hostpulse::collectors {

// A mount as it is reported.
struct Mount {
  std::string device;       // As mountinfo has it, like node_exporter's: escapes not resolved.
  std::string mount_point;  // As the host sees it, without --path.rootfs; any bytes.
  std::string fs_type;
  std::string major;
  std::string minor;
  std::string path;  // For system calls: below --path.rootfs, any bytes.
  bool read_only = false;
  // Null where statfs cannot hang: neither the file system nor one on the way to it has a server.
  std::shared_ptr<StatfsCall> call;
};

// The mounts of a mountinfo text that pass the filters; parses only what has changed. One thread at
// a time.
class MountTable {
 public:
  MountTable(DeviceFilter mount_points, DeviceFilter fs_types, const HostPaths& paths);

  // Errors: kParse for the first bad line of `text`, with its number; the others are in the table
  // all the same. `path` is for that message.
  Status Update(std::string_view text, std::string_view path);

  // In the order of mountinfo. A device that is mounted twice at one place is there once, as what
  // lies on top. Never an autofs: a touch would mount it.
  std::span<const Mount> mounts() const { return mounts_; }
  // The calls of those that have one.
  std::span<const std::shared_ptr<StatfsCall>> calls() const { return calls_; }
  // Whether statfs of every mount only copies counters from the kernel's memory.
  bool prompt() const { return prompt_; }

 private:
  void Rebuild(std::string_view path);
  Mount MakeMount(const MountLine& line, std::string mount_point) const;
  std::string WithoutRootfs(std::string path) const;

  DeviceFilter mount_points_;
  DeviceFilter fs_types_;
  const HostPaths& paths_;
  std::string text_;  // What mounts_ was made from.
  Status status_;
  std::vector<Mount> mounts_;
  std::vector<std::shared_ptr<StatfsCall>> calls_;
  bool prompt_ = false;
};

}  // namespace hostpulse::collectors
