#include "collectors/btrfs_block_groups.h"

#include <sys/stat.h>

#include <cstdint>
#include <optional>

namespace hostpulse::collectors {
namespace {

constexpr auto kAttribute = kernel::FileKind::kAttribute;

// How many bytes of `devices` devices a byte of this profile takes; nothing where that is not
// known.
std::optional<double> AllocationRatio(std::string_view profile, std::size_t devices) {
  const auto with_parity = [devices](std::size_t parity) -> std::optional<double> {
    if (devices <= parity) return std::nullopt;
    return static_cast<double>(devices) / static_cast<double>(devices - parity);
  };
  if (profile == "single" || profile == "raid0") return 1;
  if (profile == "dup" || profile == "raid1" || profile == "raid10") return 2;
  if (profile == "raid1c3") return 3;
  if (profile == "raid1c4") return 4;
  if (profile == "raid5") return with_parity(1);
  if (profile == "raid6") return with_parity(2);
  return std::nullopt;
}

bool IsDirectory(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

}  // namespace

BtrfsBlockGroups::Profile::Profile(const std::string& path, kernel::DescriptorBudget& budget)
    : is_there(IsDirectory(path)),
      total(path + "/total_bytes", budget, kAttribute),
      used(path + "/used_bytes", budget, kAttribute) {}

BtrfsBlockGroups::Group::Group(std::string_view name, const std::string& path,
                               kernel::DescriptorBudget& budget)
    : type(name),
      directory(path + std::string(name), budget),
      reserved(directory.path() + "/bytes_reserved", budget, kAttribute) {}

// A small file system may keep data and metadata together, as "mixed"; node_exporter fails there.
BtrfsBlockGroups::BtrfsBlockGroups(const std::string& directory, kernel::DescriptorBudget& budget)
    : descriptors_(budget),
      groups_{Group("data", directory, budget), Group("metadata", directory, budget),
              Group("mixed", directory, budget), Group("system", directory, budget)} {}

void BtrfsBlockGroups::Add(std::string_view uuid, std::size_t devices,
                           const BtrfsFamilies& families, AttributeReader& reader) {
  for (Group& group : groups_) AddGroup(group, uuid, devices, families, reader);
}

BtrfsBlockGroups::Profile& BtrfsBlockGroups::FindProfile(Group& group, std::string_view name) {
  if (Profile* const known = group.profiles.Find(name)) return *known;
  std::string path = group.directory.path() + "/";
  return group.profiles.Add(name, path.append(name), descriptors_);
}

void BtrfsBlockGroups::AddGroup(Group& group, std::string_view uuid, std::size_t devices,
                                const BtrfsFamilies& families, AttributeReader& reader) {
  const LabelView type = {"block_group_type", group.type};
  const auto reserved = reader.Number(group.reserved);
  if (reserved) {
    families[kBtrfsReserved]->Add({type, {"uuid", uuid}}, static_cast<double>(*reserved));
  } else if (group.reserved.last_errno() != 0) {
    return;  // A type that the file system does not have.
  }
  const auto names = group.directory.List();
  if (!names) return;
  group.profiles.Begin();
  for (const std::string_view name : *names) {
    Profile& profile = FindProfile(group, name);
    if (!profile.is_there) continue;
    const std::array<LabelView, 3> labels = {{type, {"mode", name}, {"uuid", uuid}}};
    const auto total = reader.Number(profile.total);
    const auto used = reader.Number(profile.used);
    if (total) families[kBtrfsSize]->Add(labels, static_cast<double>(*total));
    if (used) families[kBtrfsUsed]->Add(labels, static_cast<double>(*used));
    const auto ratio = AllocationRatio(name, devices);
    if (total && ratio) families[kBtrfsRatio]->Add(labels, *ratio);
  }
  group.profiles.End();
}

}  // namespace hostpulse::collectors
