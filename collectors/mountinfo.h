#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hostpulse::collectors {

// One line of /proc/PID/mountinfo (proc(5)): views into the line, with the kernel's octal escapes
// still in place.
struct MountLine {
  std::uint64_t id = 0;
  std::uint64_t parent = 0;  // Id of the mount it is mounted on; not listed for the root.
  std::string_view major;
  std::string_view minor;
  std::string_view mount_point;
  std::string_view options;  // Of this mount.
  std::string_view fs_type;
  std::string_view source;         // Empty where the file system has none.
  std::string_view super_options;  // Of the file system.
};

// Nothing where the line is not what proc(5) says.
std::optional<MountLine> ParseMountLine(std::string_view line);

// Whether a comma-separated list of options has this one.
bool HasMountOption(std::string_view options, std::string_view wanted);

// Read-only by the mount's or by the file system's options, as an ext4 is after an error.
bool IsReadOnly(const MountLine& mount);

// The bytes behind the kernel's escapes: "\040" -> " ". The result is what system calls take; it
// may hold any byte but NUL. A backslash without three octal digits stands for itself.
std::string DecodeOctal(std::string_view escaped);

// Whether statfs of such a file system answers from the kernel's memory or a local disk, so that it
// cannot wait for a server or for a process.
bool IsLocalFsType(std::string_view fs_type);

// Whether statfs of this type only copies counters that the kernel has in memory. Others take a
// lock that is held during input and output, as btrfs and zfs do.
bool IsPromptFsType(std::string_view fs_type);

}  // namespace hostpulse::collectors
