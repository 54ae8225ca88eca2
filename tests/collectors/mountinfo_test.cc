#include "collectors/mountinfo.h"

#include <gtest/gtest.h>

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kRoot =
    "27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard,errors=remount-ro";

TEST(MountLine, HasEveryField) {
  const auto mount = ParseMountLine(kRoot);
  ASSERT_TRUE(mount);
  EXPECT_EQ(mount->id, 27u);
  EXPECT_EQ(mount->parent, 1u);
  EXPECT_EQ(mount->major, "254");
  EXPECT_EQ(mount->minor, "0");
  EXPECT_EQ(mount->mount_point, "/");
  EXPECT_EQ(mount->options, "rw,relatime");
  EXPECT_EQ(mount->fs_type, "ext4");
  EXPECT_EQ(mount->source, "/dev/vda");
  EXPECT_EQ(mount->super_options, "rw,discard,errors=remount-ro");
}

TEST(MountLine, MayHaveNoOptionalFieldOrSeveral) {
  const auto none = ParseMountLine("1 0 0:1 / /a rw - tmpfs tmpfs rw");
  ASSERT_TRUE(none);
  EXPECT_EQ(none->fs_type, "tmpfs");
  const auto several =
      ParseMountLine("1 0 0:1 / /a rw shared:3 master:2 propagate_from:1 - tmpfs x rw");
  ASSERT_TRUE(several);
  EXPECT_EQ(several->source, "x");
}

TEST(MountLine, MayHaveAnEmptySource) {
  const auto mount = ParseMountLine("1 0 0:1 / /a rw - tmpfs  rw,size=4k");
  ASSERT_TRUE(mount);
  EXPECT_EQ(mount->source, "");
  EXPECT_EQ(mount->super_options, "rw,size=4k");
}

TEST(MountLine, IsRefusedWhereAFieldIsMissingOrNoNumber) {
  for (const std::string_view line : {
           "",
           " ",
           "garbage",
           "27",
           "27 1 254:0 / /",
           "27 1 254:0 / / rw,relatime shared:1",
           "27 1 254:0 / / rw,relatime - ext4",
           "27 1 254:0 / / rw,relatime - ext4 /dev/vda",
           "x 1 254:0 / / rw - ext4 a rw",
           "27 y 254:0 / / rw - ext4 a rw",
           "27 1 254 / / rw - ext4 a rw",
           "27 1 a:b / / rw - ext4 a rw",
           "27 1 99999999999:0 / / rw - ext4 a rw",
           "27 1 -1:0 / / rw - ext4 a rw",
           "99999999999999999999 1 254:0 / / rw - ext4 a rw",
       }) {
    EXPECT_FALSE(ParseMountLine(line)) << line;
  }
}

TEST(ReadOnly, IsAnOptionOfTheMountOrOfTheFileSystem) {
  const auto is_read_only = [](std::string_view mount, std::string_view super) {
    MountLine line;
    line.options = mount;
    line.super_options = super;
    return IsReadOnly(line);
  };
  EXPECT_FALSE(is_read_only("rw,relatime", "rw,errors=remount-ro"));
  EXPECT_TRUE(is_read_only("ro,relatime", "rw"));
  EXPECT_TRUE(is_read_only("nosuid,ro", "rw"));
  EXPECT_TRUE(is_read_only("rw", "ro"));
  EXPECT_TRUE(is_read_only("rw", "rw,emergency_ro"));
  EXPECT_FALSE(is_read_only("", ""));
}

TEST(DecodeOctal, ResolvesEveryEscape) {
  EXPECT_EQ(DecodeOctal("/mnt/a\\040b\\011c\\012d\\134e\\043f"), "/mnt/a b\tc\nd\\e#f");
  EXPECT_EQ(DecodeOctal("/bad\\351\\377"), "/bad\xe9\xff");
  EXPECT_EQ(DecodeOctal("\\134040"), "\\040");
}

TEST(DecodeOctal, LeavesWhatIsNoEscape) {
  for (const std::string_view text : {"", "\\", "\\0", "\\04", "\\089", "\\400", "a\\n"}) {
    EXPECT_EQ(DecodeOctal(text), text);
  }
}

TEST(LocalFsType, HasNoServerBehindIt) {
  for (const std::string_view type : {"ext4", "xfs", "btrfs", "tmpfs", "vfat", "zfs", "overlay"}) {
    EXPECT_TRUE(IsLocalFsType(type)) << type;
  }
  for (const std::string_view type : {"nfs", "nfs4", "cifs", "fuse", "fuse.sshfs", "fuseblk", "9p",
                                      "ceph", "autofs", "virtiofs", "", "ext", "unheard-of"}) {
    EXPECT_FALSE(IsLocalFsType(type)) << type;
  }
}

TEST(PromptFsType, IsLocalAndTakesNoLockOfInputAndOutput) {
  for (const std::string_view type : {"ext4", "xfs", "tmpfs", "vfat", "overlay"}) {
    EXPECT_TRUE(IsPromptFsType(type) && IsLocalFsType(type)) << type;
  }
  for (const std::string_view type : {"btrfs", "zfs", "nfs4", "fuse", "", "unheard-of"}) {
    EXPECT_FALSE(IsPromptFsType(type)) << type;
  }
}

}  // namespace
}  // namespace hostpulse::collectors
