#include "tests/support/host_tree.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

namespace hostpulse {
namespace {

namespace fs = std::filesystem;

std::string MakeDirectory() {
  std::string path = (fs::temp_directory_path() / "hostpulse-host-XXXXXX").string();
  if (::mkdtemp(path.data()) == nullptr) ADD_FAILURE() << "mkdtemp " << path;
  return path;
}

void WriteFile(const std::string& path, std::string_view content) {
  fs::create_directories(fs::path(path).parent_path());
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << content;
  if (!file.flush()) ADD_FAILURE() << "cannot write " << path;
}

}  // namespace

HostTree::HostTree() : root_(MakeDirectory()) {
  paths_.procfs = Path("proc");
  paths_.sysfs = Path("sys");
  paths_.rootfs = Path("root");
  paths_.udev_data = Path("udev");
  for (const char* top : {"proc", "sys", "root", "udev"}) fs::create_directory(Path(top));
}

HostTree::~HostTree() {
  std::error_code ignored;
  fs::remove_all(root_, ignored);
}

void HostTree::WriteProc(std::string_view path, std::string_view content) {
  WriteFile(paths_.Proc(path), content);
}

void HostTree::WriteSys(std::string_view path, std::string_view content) {
  WriteFile(paths_.Sys(path), content);
}

void HostTree::WriteRoot(std::string_view path, std::string_view content) {
  WriteFile(paths_.Root(path), content);
}

void HostTree::WriteUdev(std::string_view path, std::string_view content) {
  WriteFile(paths_.Udev(path), content);
}

void HostTree::LinkSys(std::string_view path, std::string_view target) {
  const fs::path link(paths_.Sys(path));
  fs::create_directories(link.parent_path());
  fs::create_symlink(fs::path(target), link);
}

void HostTree::Remove(std::string_view path) {
  if (fs::remove_all(Path(path)) == 0) ADD_FAILURE() << "nothing to remove at " << path;
}

}  // namespace hostpulse
