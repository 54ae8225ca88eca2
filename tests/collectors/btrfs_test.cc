#include "collectors/btrfs.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kUuid = "00112233-4455-6677-8899-aabbccddeeff";

// A mounted file system as its ioctls tell of it: 00112233-... with devices by their ids.
struct FakeDevice {
  std::string path;
  std::uint64_t total_bytes = 0;
  std::uint64_t used_bytes = 0;
  std::vector<std::uint64_t> errors{};  // Empty where they cannot be had.
};
struct FakeFileSystem {
  std::map<std::uint64_t, FakeDevice> devices;
  std::uint64_t max_id = 0;
  std::uint64_t claimed_devices = 0;  // 0: as many as there are.
};
struct FakeHost {
  std::map<std::string, FakeFileSystem, std::less<>> by_mount_point;
  std::vector<std::string> opened;  // Each once: what is counted must not allocate.
  int dev_info_error = ENODEV;      // Of an id that has no device.
  std::uint64_t asked_ids = 0;
};

class FakeControl final : public collectors::BtrfsControl {
 public:
  explicit FakeControl(FakeHost& host) : host_(host) {}

  int Open(const char* mount_point, UniqueFd& directory) override {
    const std::string_view path(mount_point);
    if (std::ranges::find(host_.opened, path) == host_.opened.end()) {
      host_.opened.emplace_back(path);
    }
    const auto found = host_.by_mount_point.find(path);
    if (found == host_.by_mount_point.end()) return EACCES;
    file_system_ = &found->second;
    directory = UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    return 0;
  }
  int FsInfo(int, btrfs_ioctl_fs_info_args& info) override {
    for (std::size_t i = 0; i < sizeof info.fsid; ++i) info.fsid[i] = static_cast<__u8>(17 * i);
    info.max_id =
        file_system_->max_id != 0 ? file_system_->max_id : file_system_->devices.rbegin()->first;
    info.num_devices = file_system_->claimed_devices != 0 ? file_system_->claimed_devices
                                                          : file_system_->devices.size();
    return 0;
  }
  int DevInfo(int, btrfs_ioctl_dev_info_args& info) override {
    ++host_.asked_ids;
    const auto found = file_system_->devices.find(info.devid);
    if (found == file_system_->devices.end()) return host_.dev_info_error;
    const FakeDevice& device = found->second;
    std::ranges::fill(info.uuid, static_cast<__u8>(0xa0 + info.devid));
    info.total_bytes = device.total_bytes;
    info.bytes_used = device.used_bytes;
    std::memcpy(info.path, device.path.data(), device.path.size());
    return 0;
  }
  int DevStats(int, btrfs_ioctl_get_dev_stats& stats) override {
    const FakeDevice& device = file_system_->devices.at(stats.devid);
    if (device.errors.empty()) return ENODEV;
    std::ranges::copy(device.errors, stats.values);
    stats.nr_items = device.errors.size();
    return 0;
  }

 private:
  FakeHost& host_;
  const FakeFileSystem* file_system_ = nullptr;
};

class BtrfsTest : public testing::Test {
 protected:
  // A file system on sda and sdb as Linux 6.1 shows it.
  BtrfsTest() {
    Write("label", "storage\n");
    Write("metadata_uuid", std::string(kUuid) + "\n");
    Write("commit_stats",
          "commits 258051\nlast_commit_ms 1500\nmax_commit_ms 51462\ntotal_commit_ms 47836090\n");
    Write("devices/sda/size", "20971520\n");
    Write("devices/sdb/size", "20971520\n");
    Write("allocation/global_rsv_size", "16777216\n");
    Write("allocation/global_rsv_reserved", "1\n");
    WriteBlockGroup("data", "raid0", "100", "2147483648", "808189952");
    WriteBlockGroup("metadata", "raid1", "200", "1073741824", "933888");
    WriteBlockGroup("system", "raid1", "0", "8388608", "16384");
    host_.WriteSys("fs/btrfs/features/raid1c34", "0\n");
  }

  void Write(const std::string& file, std::string_view content) {
    host_.WriteSys(std::string("fs/btrfs/") + kUuid + "/" + file, content);
  }
  void WriteBlockGroup(const std::string& type, const std::string& profile,
                       std::string_view reserved, std::string_view total, std::string_view used) {
    Write("allocation/" + type + "/bytes_reserved", reserved);
    Write("allocation/" + type + "/bytes_may_use", "7\n");
    Write("allocation/" + type + "/" + profile + "/total_bytes", total);
    Write("allocation/" + type + "/" + profile + "/used_bytes", used);
  }
  std::string Path(const std::string& file) const {
    return std::string("sys/fs/btrfs/") + kUuid + "/" + file;
  }
  void WriteMounts(std::string_view text) { host_.WriteProc("1/mountinfo", text); }
  std::string Under(std::string_view path) const { return host_.paths().Root(path); }

  void Play(CollectorHarness& btrfs) {
    btrfs.MakeWith([this](const collectors::CollectorContext& context) {
      return collectors::MakeBtrfs(context, std::make_unique<FakeControl>(fake_));
    });
  }
  // A file system that is mounted at /data, with a gap between the ids of its two devices.
  void MountAtData() {
    WriteMounts("30 1 0:35 / /data rw,noatime shared:1 - btrfs /dev/sda rw,space_cache=v2\n");
    fake_.by_mount_point[Under("/data")] = {
        .devices = {{1, {"/dev/sda", 10737418240, 4294967296, {1, 2, 3, 4, 5}}},
                    {3, {"/dev/mapper/vg-b", 10737418240, 1, {0, 0, 0, 0, 6}}}}};
  }
  // `text` with the UUID in the place of U.
  static std::string WithUuid(std::string text) {
    for (std::size_t at = 0; (at = text.find("=U", at)) != text.npos;) {
      text.replace(at, 2, std::string("=\"") + kUuid + "\"");
    }
    return text;
  }

  HostTree host_;
  FakeHost fake_;
};

constexpr const char* kSizesBySysfs =
    "node_btrfs_device_size_bytes{device=\"sda\",uuid=U} 10737418240\n"
    "node_btrfs_device_size_bytes{device=\"sdb\",uuid=U} 10737418240\n";

TEST_F(BtrfsTest, ReportsWhatSysfsTells) {
  CollectorHarness btrfs("btrfs", host_);
  Play(btrfs);
  EXPECT_EQ(
      btrfs.Run(),
      WithUuid(
          std::string(
              "node_btrfs_allocation_ratio{block_group_type=\"data\",mode=\"raid0\",uuid=U} 1\n"
              "node_btrfs_allocation_ratio{block_group_type=\"metadata\",mode=\"raid1\",uuid=U} 2\n"
              "node_btrfs_allocation_ratio{block_group_type=\"system\",mode=\"raid1\",uuid=U} 2\n"
              "node_btrfs_commit_seconds_total{uuid=U} 47836.09\n"
              "node_btrfs_commits_total{uuid=U} 258051\n") +
          kSizesBySysfs +
          "node_btrfs_global_rsv_size_bytes{uuid=U} 16777216\n"
          "node_btrfs_info{label=\"storage\",uuid=U} 1\n"
          "node_btrfs_last_commit_seconds{uuid=U} 1.5\n"
          "node_btrfs_max_commit_seconds{uuid=U} 51.462\n"
          "node_btrfs_reserved_bytes{block_group_type=\"data\",uuid=U} 100\n"
          "node_btrfs_reserved_bytes{block_group_type=\"metadata\",uuid=U} 200\n"
          "node_btrfs_reserved_bytes{block_group_type=\"system\",uuid=U} 0\n"
          "node_btrfs_size_bytes{block_group_type=\"data\",mode=\"raid0\",uuid=U} 2147483648\n"
          "node_btrfs_size_bytes{block_group_type=\"metadata\",mode=\"raid1\",uuid=U} 1073741824\n"
          "node_btrfs_size_bytes{block_group_type=\"system\",mode=\"raid1\",uuid=U} 8388608\n"
          "node_btrfs_used_bytes{block_group_type=\"data\",mode=\"raid0\",uuid=U} 808189952\n"
          "node_btrfs_used_bytes{block_group_type=\"metadata\",mode=\"raid1\",uuid=U} 933888\n"
          "node_btrfs_used_bytes{block_group_type=\"system\",mode=\"raid1\",uuid=U} 16384\n"));
  EXPECT_EQ(btrfs.status(), Status());
  EXPECT_EQ(btrfs.AllocationsOnceWarm(), 0U);
}

TEST_F(BtrfsTest, ReportsDevicesWhereItIsMounted) {
  MountAtData();
  CollectorHarness btrfs("btrfs", host_);
  Play(btrfs);
  const std::string a = R"({btrfs_dev_uuid="a1a1a1a1-a1a1-a1a1-a1a1-a1a1a1a1a1a1",device="sda",)";
  const std::string b = R"({btrfs_dev_uuid="a3a3a3a3-a3a3-a3a3-a3a3-a3a3a3a3a3a3",device="vg-b",)";
  const std::string errors = "node_btrfs_device_errors_total";
  EXPECT_THAT(btrfs.Run(),
              HasSubstr(WithUuid(errors + a + "type=\"corruption\",uuid=U} 4\n" +  //
                                 errors + a + "type=\"flush\",uuid=U} 3\n" +       //
                                 errors + a + "type=\"generation\",uuid=U} 5\n" +  //
                                 errors + a + "type=\"read\",uuid=U} 2\n" +        //
                                 errors + a + "type=\"write\",uuid=U} 1\n" +       //
                                 errors + b + "type=\"corruption\",uuid=U} 0\n" +  //
                                 errors + b + "type=\"flush\",uuid=U} 0\n" +       //
                                 errors + b + "type=\"generation\",uuid=U} 6\n" +  //
                                 errors + b + "type=\"read\",uuid=U} 0\n" +        //
                                 errors + b + "type=\"write\",uuid=U} 0\n" +       //
                                 "node_btrfs_device_size_bytes" + a + "uuid=U} 10737418240\n" +
                                 "node_btrfs_device_size_bytes" + b + "uuid=U} 10737418240\n" +
                                 "node_btrfs_device_unused_bytes" + a + "uuid=U} 6442450944\n" +
                                 "node_btrfs_device_unused_bytes" + b + "uuid=U} 10737418239\n")));
  EXPECT_EQ(btrfs.status(), Status());
  EXPECT_EQ(btrfs.AllocationsOnceWarm(), 0U);
}

TEST_F(BtrfsTest, AsksEachFileSystemOnceThroughTheFirstMountThatAnswers) {
  MountAtData();
  WriteMounts(
      "28 1 254:0 / / rw shared:1 - ext4 /dev/vda rw\n"
      "29 1 0:35 /a /may\\040not rw shared:1 - btrfs /dev/sda rw\n"
      "30 1 0:35 /b /data rw shared:1 - btrfs /dev/sda rw\n"
      "31 1 0:35 /c /again rw shared:1 - btrfs /dev/sda rw\n"
      "32 1 0:35 /d /twin rw shared:1 - btrfs /dev/sdb rw\n"
      "btrfs nonsense - btrfs \n");
  fake_.by_mount_point[Under("/twin")] = fake_.by_mount_point[Under("/data")];
  CollectorHarness btrfs("btrfs", host_);
  Play(btrfs);
  EXPECT_THAT(btrfs.Run(), HasSubstr("btrfs_dev_uuid"));
  EXPECT_THAT(fake_.opened, ElementsAre(Under("/may not"), Under("/data"), Under("/twin")));
  EXPECT_EQ(fake_.asked_ids, 4U);  // 0 to 3, and not again for the twin.
}

TEST_F(BtrfsTest, FollowsMountsThatComeAndGo) {
  MountAtData();
  CollectorHarness btrfs("btrfs", host_);
  Play(btrfs);
  EXPECT_THAT(btrfs.Run(), HasSubstr("btrfs_dev_uuid"));
  WriteMounts("28 1 254:0 / / rw shared:1 - ext4 /dev/vda rw\n");
  EXPECT_THAT(btrfs.Run(), HasSubstr(WithUuid(kSizesBySysfs)));
  MountAtData();
  EXPECT_THAT(btrfs.Run(), HasSubstr("btrfs_dev_uuid"));
}

TEST_F(BtrfsTest, ReadsItsOwnMountsWhereThoseOfInitAreHidden) {
  MountAtData();
  host_.Remove("proc/1");
  host_.WriteProc("self/mountinfo",
                  "30 1 0:35 / " + Under("/data") + " rw shared:1 - btrfs /dev/sda rw\n");
  CollectorHarness btrfs("btrfs", host_);
  Play(btrfs);
  EXPECT_THAT(btrfs.Run(), HasSubstr("btrfs_dev_uuid"));
  EXPECT_THAT(fake_.opened, ElementsAre(Under("/data")));
}

TEST_F(BtrfsTest, FallsBackToSysfsWhereADeviceCannotBeAsked) {
  MountAtData();
  fake_.dev_info_error = EPERM;
  CollectorHarness btrfs("btrfs", host_);
  Play(btrfs);
  EXPECT_THAT(btrfs.Run(), HasSubstr(WithUuid(kSizesBySysfs)));
  EXPECT_EQ(btrfs.status(), Status());
}

TEST_F(BtrfsTest, ReportsAMissingDeviceWithoutErrors) {
  MountAtData();
  fake_.by_mount_point[Under("/data")].devices[3] = {"", 10737418240, 10737418241, {}};
  CollectorHarness btrfs("btrfs", host_);
  Play(btrfs);
  const std::string text = btrfs.Run();
  EXPECT_THAT(text, HasSubstr("device=\"sda\",type=\"write\""));
  EXPECT_THAT(text, HasSubstr("node_btrfs_device_unused_bytes{btrfs_dev_uuid="
                              "\"a3a3a3a3-a3a3-a3a3-a3a3-a3a3a3a3a3a3\",device=\"\",uuid=\"" +
                              std::string(kUuid) + "\"} -1\n"));
  EXPECT_THAT(text, Not(HasSubstr("device=\"\",type=")));
}

TEST_F(BtrfsTest, DoesNotSearchForEverForDevicesThatAreClaimed) {
  MountAtData();
  fake_.by_mount_point[Under("/data")].max_id = ~std::uint64_t{0};
  fake_.by_mount_point[Under("/data")].claimed_devices = 1'000'000'000;
  CollectorHarness btrfs("btrfs", host_);
  Play(btrfs);
  EXPECT_THAT(btrfs.Run(), HasSubstr("device=\"vg-b\""));
  EXPECT_LT(fake_.asked_ids, 100'000U);
}

TEST_F(BtrfsTest, AsksNobodyWhereThereIsNoFileSystem) {
  MountAtData();
  host_.Remove(std::string("sys/fs/btrfs/") + kUuid);
  CollectorHarness btrfs("btrfs", host_);
  Play(btrfs);
  EXPECT_EQ(btrfs.Run(), "");
  EXPECT_EQ(btrfs.status(), Status());
  EXPECT_THAT(fake_.opened, IsEmpty());
}

TEST_F(BtrfsTest, KnowsTheRatioOfEveryProfile) {
  for (const char* profile :
       {"single", "dup", "raid10", "raid1c3", "raid1c4", "raid5", "raid6", "raid7"}) {
    WriteBlockGroup("data", profile, "0", "1", "1");
  }
  for (const char* device : {"sdc", "sdd"}) {
    Write(std::string("devices/") + device + "/size", "1\n");
  }
  CollectorHarness btrfs("btrfs", host_);
  Play(btrfs);
  const std::string text = btrfs.Run();
  const auto ratio = [&](const std::string& profile) {
    const std::string front = WithUuid(
        "node_btrfs_allocation_ratio{block_group_type=\"data\",mode=\"" + profile + "\",uuid=U} ");
    const std::size_t at = text.find(front);
    if (at == text.npos) return std::string("none");
    return text.substr(at + front.size(), text.find('\n', at) - at - front.size());
  };
  EXPECT_EQ(ratio("single"), "1");
  EXPECT_EQ(ratio("raid0"), "1");
  EXPECT_EQ(ratio("dup"), "2");
  EXPECT_EQ(ratio("raid10"), "2");
  EXPECT_EQ(ratio("raid1c3"), "3");
  EXPECT_EQ(ratio("raid1c4"), "4");
  EXPECT_EQ(ratio("raid5"), "1.3333333333333333");  // Four devices.
  EXPECT_EQ(ratio("raid6"), "2");
  EXPECT_EQ(ratio("raid7"), "none");
  host_.Remove(Path("devices"));
  Write("devices/sda/size", "1\n");
  EXPECT_THAT(btrfs.Run(),
              Not(HasSubstr("mode=\"raid5\",uuid=\"" + std::string(kUuid) + "\"} inf")));
}

TEST_F(BtrfsTest, ReportsMixedBlockGroups) {
  host_.Remove(Path("allocation/data"));
  host_.Remove(Path("allocation/metadata"));
  WriteBlockGroup("mixed", "single", "5", "8388608", "4096");
  CollectorHarness btrfs("btrfs", host_);
  Play(btrfs);
  const std::string text = btrfs.Run();
  EXPECT_THAT(text, HasSubstr("used_bytes{block_group_type=\"mixed\",mode=\"single\""));
  EXPECT_THAT(text, Not(HasSubstr("\"data\"")));
  EXPECT_EQ(btrfs.status(), Status());
}

TEST_F(BtrfsTest, LeavesOutCommitsOfAnOldKernel) {
  host_.Remove(Path("commit_stats"));
  host_.Remove(Path("metadata_uuid"));
  CollectorHarness btrfs("btrfs", host_);
  Play(btrfs);
  const std::string text = btrfs.Run();
  EXPECT_THAT(text, Not(HasSubstr("commit")));
  EXPECT_THAT(text, HasSubstr(WithUuid("node_btrfs_info{label=\"storage\",uuid=U} 1\n")));
  EXPECT_EQ(btrfs.status(), Status());
}

TEST_F(BtrfsTest, CallsAFileSystemByTheUuidOnItsDevices) {
  MountAtData();
  Write("metadata_uuid", "ffffffff-4455-6677-8899-aabbccddeeff\n");
  Write("label", "caf\xe9\n");
  CollectorHarness btrfs("btrfs", host_);
  Play(btrfs);
  const std::string text = btrfs.Run();
  EXPECT_THAT(text, HasSubstr("node_btrfs_info{label=\"caf\xEF\xBF\xBD\","
                              "uuid=\"ffffffff-4455-6677-8899-aabbccddeeff\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("btrfs_dev_uuid"));
  EXPECT_THAT(text, Not(HasSubstr(kUuid)));
}

TEST_F(BtrfsTest, FollowsProfilesDevicesAndFileSystemsThatLeave) {
  CollectorHarness btrfs("btrfs", host_);
  Play(btrfs);
  btrfs.KeepDescriptors(0);
  btrfs.Run();
  host_.Remove(Path("allocation/data/raid0"));
  WriteBlockGroup("data", "single", "0", "1", "1");  // After a balance.
  host_.Remove(Path("devices/sdb/size"));            // About to leave.
  const std::string text = btrfs.Run();
  EXPECT_THAT(text, Not(HasSubstr("raid0")));
  EXPECT_THAT(text, HasSubstr("mode=\"single\""));
  EXPECT_THAT(text, Not(HasSubstr("sdb")));
  EXPECT_EQ(btrfs.status(), Status());
  host_.Remove(Path("devices"));  // The whole of it is about to leave.
  EXPECT_EQ(btrfs.Run(), "");
  EXPECT_EQ(btrfs.status(), Status());
}

TEST_F(BtrfsTest, NamesABadFileOrLineAndReportsTheRest) {
  Write("commit_stats", "commits many\nlast_commit_ms 1\ntotal_commit_ms\n");
  Write("allocation/data/raid0/used_bytes", "-1\n");
  CollectorHarness btrfs("btrfs", host_);
  Play(btrfs);
  const std::string text = btrfs.Run();
  EXPECT_THAT(text, HasSubstr("node_btrfs_last_commit_seconds"));
  EXPECT_THAT(text, HasSubstr("size_bytes{block_group_type=\"data\""));
  EXPECT_THAT(text, Not(HasSubstr("commits_total")));
  EXPECT_THAT(text, Not(HasSubstr("used_bytes{block_group_type=\"data\"")));
  EXPECT_EQ(btrfs.status().code(), ErrorCode::kParse);
  EXPECT_THAT(btrfs.status().message(),
              HasSubstr("/commit_stats: cannot parse commits in \"commits many\""));
}

TEST(BtrfsAbsenceTest, IsFineWithoutBtrfs) {
  HostTree host;
  CollectorHarness btrfs("btrfs", host);
  EXPECT_EQ(btrfs.Run(), "");
  EXPECT_EQ(btrfs.status(), Status());
}

}  // namespace
}  // namespace hostpulse
