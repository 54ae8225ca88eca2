#pragma once

#include <string>
#include <string_view>

#include "collectors/host_paths.h"

namespace hostpulse {

// A host made of files: a temporary directory with proc, sys, root and udev below it, gone with the
// object. A collector that keeps descriptors goes on reading a file that Remove has unlinked, which
// a kernel's file does not allow: give CollectorHarness no descriptors to keep where that matters.
class HostTree {
 public:
  HostTree();
  HostTree(const HostTree&) = delete;
  HostTree& operator=(const HostTree&) = delete;
  ~HostTree();

  // Each makes the directories on the way and writes the file anew, in place.
  void WriteProc(std::string_view path, std::string_view content);
  void WriteSys(std::string_view path, std::string_view content);
  void WriteRoot(std::string_view path, std::string_view content);
  void WriteUdev(std::string_view path, std::string_view content);
  // A symbolic link below sys, as /sys/class is made of.
  void LinkSys(std::string_view path, std::string_view target);

  // `path` starts with proc/, sys/, root/ or udev/; directories go with what is in them.
  void Remove(std::string_view path);
  std::string Path(std::string_view path) const { return root_ + "/" + std::string(path); }

  const collectors::HostPaths& paths() const { return paths_; }

 private:
  std::string root_;
  collectors::HostPaths paths_;
};

}  // namespace hostpulse
