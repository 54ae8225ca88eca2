#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "collectors/attribute_reader.h"
#include "collectors/btrfs_metrics.h"
#include "collectors/kept_devices.h"
#include "collectors/kernel/kernel_dir.h"

namespace hostpulse::collectors {

// How a btrfs uses its space, by type of block group (data, metadata, system) and profile (single,
// raid1 ...): the directories below /sys/fs/btrfs/UUID/allocation. One thread at a time.
class BtrfsBlockGroups {
 public:
  // `directory` is that of the allocation, with a slash at its end. `budget` must outlive it.
  BtrfsBlockGroups(const std::string& directory, kernel::DescriptorBudget& budget);

  // Adds the samples of a file system on so many devices. What is missing is left out; errors go to
  // `reader`.
  void Add(std::string_view uuid, std::size_t devices, const BtrfsFamilies& families,
           AttributeReader& reader);

 private:
  struct Profile {
    Profile(const std::string& path, kernel::DescriptorBudget& budget);
    const bool is_there;  // False for a file beside the directories of the profiles.
    kernel::KernelFile total;
    kernel::KernelFile used;
  };
  struct Group {
    Group(std::string_view name, const std::string& path, kernel::DescriptorBudget& budget);
    const std::string_view type;
    kernel::KernelDir directory;
    kernel::KernelFile reserved;
    KeptDevices<Profile> profiles;
  };

  void AddGroup(Group& group, std::string_view uuid, std::size_t devices,
                const BtrfsFamilies& families, AttributeReader& reader);
  Profile& FindProfile(Group& group, std::string_view name);

  kernel::DescriptorBudget& descriptors_;
  std::array<Group, 4> groups_;
};

}  // namespace hostpulse::collectors
