#include "collectors/mount_table.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "collectors/kernel/kernel_file.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

// Which mounts a path can be looked up on without waiting for anybody.
class MountTree {
 public:
  void Add(const MountLine& line) {
    nodes_[line.id] = {.parent = line.parent, .local = IsLocalFsType(line.fs_type)};
  }
  bool IsLocalUpToRoot(std::uint64_t id) const {
    // Mounts may be listed before what they are mounted on; a longer way than there are mounts
    // would be a circle.
    for (std::size_t steps = 0; steps <= nodes_.size(); ++steps) {
      const auto node = nodes_.find(id);
      if (node == nodes_.end()) return true;
      if (!node->second.local) return false;
      if (node->second.parent == id) return true;
      id = node->second.parent;
    }
    return false;
  }

 private:
  struct Node {
    std::uint64_t parent;
    bool local;
  };
  std::unordered_map<std::uint64_t, Node> nodes_;
};

}  // namespace

MountTable::MountTable(DeviceFilter mount_points, DeviceFilter fs_types, const HostPaths& paths)
    : mount_points_(std::move(mount_points)), fs_types_(std::move(fs_types)), paths_(paths) {}

Status MountTable::Update(std::string_view text, std::string_view path) {
  if (text == text_ && !text.empty()) return status_;
  text_ = text;
  status_ = text.empty() ? Status(ErrorCode::kParse, std::string(path) + ": is empty") : Status();
  Rebuild(path);
  return status_;
}

void MountTable::Rebuild(std::string_view path) {
  using Place = std::tuple<std::string, std::string, std::string>;  // major, minor, path
  std::map<Place, std::shared_ptr<StatfsCall>> old_calls;
  for (Mount& mount : mounts_) {
    if (mount.call) old_calls[{mount.major, mount.minor, mount.path}] = std::move(mount.call);
  }
  mounts_.clear();
  calls_.clear();

  MountTree tree;
  std::vector<std::uint64_t> ids;     // Of mounts_.
  std::map<Place, std::size_t> seen;  // device, mount point, type
  kernel::LineScanner lines(text_);
  for (std::string_view line_text; lines.Next(line_text);) {
    const auto line = ParseMountLine(line_text);
    if (!line) {
      if (status_.ok()) {
        status_ = kernel::ParseError(path, "line " + std::to_string(lines.number()), line_text);
      }
      continue;
    }
    tree.Add(*line);
    if (line->fs_type == "autofs" || !fs_types_(line->fs_type)) continue;
    std::string mount_point = WithoutRootfs(DecodeOctal(line->mount_point));
    if (!mount_points_(mount_point)) continue;

    Mount mount = MakeMount(*line, std::move(mount_point));
    const auto [place, is_new] =
        seen.try_emplace({mount.device, mount.mount_point, mount.fs_type}, mounts_.size());
    if (is_new) {
      mounts_.push_back(std::move(mount));
      ids.push_back(line->id);
    } else {
      mounts_[place->second] = std::move(mount);
      ids[place->second] = line->id;
    }
  }

  for (std::size_t i = 0; i < mounts_.size(); ++i) {
    if (tree.IsLocalUpToRoot(ids[i])) continue;
    Mount& mount = mounts_[i];
    // A call that is outstanding stays the only one of its mount.
    auto& call = old_calls[{mount.major, mount.minor, mount.path}];
    if (!call) call = std::make_shared<StatfsCall>(mount.path);
    mount.call = call;
    calls_.push_back(call);
  }
  prompt_ = calls_.empty() && std::ranges::all_of(mounts_, IsPromptFsType, &Mount::fs_type);
}

Mount MountTable::MakeMount(const MountLine& line, std::string mount_point) const {
  Mount mount;
  mount.device = line.source;
  mount.fs_type = line.fs_type;
  mount.major = line.major;
  mount.minor = line.minor;
  mount.path = paths_.Root(mount_point);
  mount.mount_point = std::move(mount_point);
  mount.read_only = IsReadOnly(line);
  return mount;
}

std::string MountTable::WithoutRootfs(std::string path) const {
  std::string_view rootfs = paths_.rootfs;
  while (rootfs.ends_with('/')) rootfs.remove_suffix(1);
  if (rootfs.empty() || !path.starts_with(rootfs)) return path;
  if (path.size() == rootfs.size()) return "/";
  return path[rootfs.size()] == '/' ? path.substr(rootfs.size()) : path;
}

}  // namespace hostpulse::collectors
