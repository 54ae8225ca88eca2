#include "collectors/filesystem.h"

#include <gtest/gtest.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

constexpr const char* kRootLine = "27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n";

// statfs of paths: 100 blocks of 10 bytes unless told otherwise. Outlives hung calls.
struct FakeHost {
  std::mutex mutex;
  std::condition_variable released;
  std::map<std::string, int> errors;
  std::vector<std::string> asked;
  std::string hung;
  long flags = 0;

  int Statfs(const std::string& path, struct statfs& result) {
    std::unique_lock lock(mutex);
    asked.push_back(path);
    released.wait(lock, [&] { return hung != path; });
    result.f_bsize = 10;
    result.f_blocks = 100;
    result.f_bfree = 60;
    result.f_bavail = 50;
    result.f_files = 9;
    result.f_ffree = 7;
    result.f_flags = flags;
    return errors.contains(path) ? errors[path] : 0;
  }
};

class FilesystemTest : public testing::Test {
 protected:
  ~FilesystemTest() override {
    const std::lock_guard lock(fake_->mutex);
    fake_->hung.clear();
    fake_->released.notify_all();
  }

  void WriteMounts(std::string_view text) { host_.WriteProc("1/mountinfo", text); }
  std::string Under(std::string_view path) const { return host_.paths().Root(path); }

  void Play(CollectorHarness& filesystem) {
    filesystem.MakeWith([fake = fake_](const collectors::CollectorContext& context) {
      return collectors::MakeFilesystem(context, [fake](const char* path, struct statfs& result) {
        return fake->Statfs(path, result);
      });
    });
  }
  // The mount points that have a size, sorted, one a line.
  static std::string Sized(const std::string& text) {
    std::multiset<std::string> found;
    std::size_t at = 0;
    while ((at = text.find("node_filesystem_size_bytes{", at)) != text.npos) {
      const std::size_t start = text.find("mountpoint=\"", at) + 12;
      at = text.find("\"}", start);
      found.insert(text.substr(start, at - start) + "\n");
    }
    std::string lines;
    for (const std::string& line : found) lines += line;
    return lines;
  }

  HostTree host_;
  const std::shared_ptr<FakeHost> fake_ = std::make_shared<FakeHost>();
};

TEST_F(FilesystemTest, HasEveryFamily) {
  WriteMounts(kRootLine);
  CollectorHarness filesystem("filesystem", host_);
  Play(filesystem);
  const std::string labels =
      "{device=\"/dev/vda\",device_error=\"\",fstype=\"ext4\",mountpoint=\"/\"} ";
  EXPECT_EQ(filesystem.Run(),
            "node_filesystem_avail_bytes" + labels + "500\n" +                               //
                "node_filesystem_device_error" + labels + "0\n" +                            //
                "node_filesystem_files" + labels + "9\n" +                                   //
                "node_filesystem_files_free" + labels + "7\n" +                              //
                "node_filesystem_free_bytes" + labels + "600\n" +                            //
                "node_filesystem_mount_info{device=\"/dev/vda\",major=\"254\",minor=\"0\","  //
                "mountpoint=\"/\"} 1\n" +                                                    //
                "node_filesystem_purgeable_bytes" +
                labels + "0\n" +                               //
                "node_filesystem_readonly" + labels + "0\n" +  //
                "node_filesystem_size_bytes" + labels + "1000\n");
  EXPECT_TRUE(filesystem.status().ok()) << filesystem.status().message();
  EXPECT_EQ(fake_->asked, std::vector{Under("/")});
}

TEST_F(FilesystemTest, AMountThatFailsHasOnlyItsErrorAndReadOnly) {
  WriteMounts(std::string(kRootLine) +
              "28 27 0:5 / /data ro - xfs /dev/vdb rw\n"
              "29 27 0:6 / /stale rw - ext4 /dev/vdc rw\n");
  fake_->errors[Under("/data")] = EACCES;
  fake_->errors[Under("/stale")] = ESTALE;
  CollectorHarness filesystem("filesystem", host_);
  Play(filesystem);
  const std::string text = filesystem.Run();
  EXPECT_EQ(Sized(text), "/\n");
  EXPECT_NE(
      text.find("node_filesystem_device_error{device=\"/dev/vdb\","
                "device_error=\"permission denied\",fstype=\"xfs\",mountpoint=\"/data\"} 1\n"),
      text.npos)
      << text;
  EXPECT_NE(
      text.find("node_filesystem_readonly{device=\"/dev/vdb\","
                "device_error=\"permission denied\",fstype=\"xfs\",mountpoint=\"/data\"} 1\n"),
      text.npos);
  EXPECT_NE(text.find("device_error=\"stale NFS file handle\""), text.npos);
  EXPECT_TRUE(filesystem.status().ok());
}

// As ext4 does by itself after an error, without a change in mountinfo.
TEST_F(FilesystemTest, SeesAFileSystemThatStoppedWriting) {
  WriteMounts(kRootLine);
  CollectorHarness filesystem("filesystem", host_);
  Play(filesystem);
  EXPECT_NE(filesystem.Run().find("node_filesystem_readonly{device=\"/dev/vda\","
                                  "device_error=\"\",fstype=\"ext4\",mountpoint=\"/\"} 0\n"),
            std::string::npos);
  fake_->flags = ST_RDONLY;
  EXPECT_NE(filesystem.Run().find("node_filesystem_readonly{device=\"/dev/vda\","
                                  "device_error=\"\",fstype=\"ext4\",mountpoint=\"/\"} 1\n"),
            std::string::npos);
}

TEST_F(FilesystemTest, AsksForTheRawBytesOfAnyName) {
  WriteMounts(std::string(kRootLine) +
              "28 27 0:5 / /a\\040b\\012c\\134d\\351 rw - ext4 /dev/b rw\n");
  CollectorHarness filesystem("filesystem", host_);
  Play(filesystem);
  const std::string text = filesystem.Run();
  ASSERT_EQ(fake_->asked.size(), 2u);
  EXPECT_EQ(fake_->asked[1], Under("/a b\nc\\d\xe9"));
  EXPECT_EQ(Sized(text), "/\n/a b\\nc\\\\d\xEF\xBF\xBD\n");
}

TEST_F(FilesystemTest, LeavesOutTheDefaultTypesAndPlaces) {
  WriteMounts(std::string(kRootLine) +
              "1 27 0:1 / /sys/fs/pstore rw - ext4 a rw\n2 27 0:1 / /proc rw - proc proc rw\n"
              "3 27 0:1 / /run/credentials/x.service rw - ramfs ramfs rw\n"
              "4 27 0:1 / /var/lib/docker/overlay2/x rw - ext4 a rw\n"
              "5 27 0:1 / /merged rw - overlay overlay rw\n6 27 0:1 / /devices rw - ext4 a rw\n"
              "7 27 0:1 / /run rw - tmpfs tmpfs rw\n");
  CollectorHarness filesystem("filesystem", host_);
  Play(filesystem);
  EXPECT_EQ(Sized(filesystem.Run()), "/\n/devices\n/run\n");
}

TEST_F(FilesystemTest, TakesFilters) {
  WriteMounts(std::string(kRootLine) +
              "1 27 0:1 / /dev/shm rw - tmpfs tmpfs rw\n2 27 0:1 / /srv rw - xfs a rw\n");
  {
    CollectorHarness filesystem("filesystem", host_,
                                {{"collector.filesystem.mount-points-include", "^/(dev|srv)"}});
    Play(filesystem);
    EXPECT_EQ(Sized(filesystem.Run()), "/dev/shm\n/srv\n") << "in the place of the exclude";
  }
  {
    CollectorHarness filesystem("filesystem", host_,
                                {{"collector.filesystem.fs-types-exclude", "ext|tmp"}});
    Play(filesystem);
    EXPECT_EQ(Sized(filesystem.Run()), "/srv\n");
  }
  {
    CollectorHarness filesystem("filesystem", host_,
                                {{"collector.filesystem.fs-types-include", "x"},
                                 {"collector.filesystem.fs-types-exclude", "y"}});
    Play(filesystem);
    EXPECT_EQ(filesystem.Run(), "");
    EXPECT_EQ(filesystem.status().code(), ErrorCode::kInvalid);
    EXPECT_NE(filesystem.status().message().find("mutually exclusive"), std::string::npos);
  }
}

TEST_F(FilesystemTest, NeverTouchesAnAutomount) {
  WriteMounts(std::string(kRootLine) + "1 27 0:9 / /net rw - autofs systemd-1 rw\n");
  CollectorHarness filesystem("filesystem", host_,
                              {{"collector.filesystem.fs-types-exclude", "^none$"}});
  Play(filesystem);
  filesystem.Run();
  EXPECT_EQ(fake_->asked, std::vector{Under("/")});
}

TEST_F(FilesystemTest, ShowsADeviceOnceAtOnePlaceAsItsLastMountHasIt) {
  WriteMounts(std::string(kRootLine) +
              "28 27 254:0 / / ro,relatime - ext4 /dev/vda rw\n"
              "29 27 254:1 / / rw - ext4 /dev/vdb rw\n");
  CollectorHarness filesystem("filesystem", host_);
  Play(filesystem);
  const std::string text = filesystem.Run();
  EXPECT_EQ(Sized(text), "/\n/\n");
  EXPECT_NE(text.find("node_filesystem_readonly{device=\"/dev/vda\",device_error=\"\","
                      "fstype=\"ext4\",mountpoint=\"/\"} 1\n"),
            text.npos)
      << text;
  EXPECT_EQ(filesystem.duplicates(), 0u);
}

TEST_F(FilesystemTest, SeesMountsComeAndGo) {
  WriteMounts(std::string(kRootLine) + "1 27 0:1 / /usb rw - vfat /dev/sdb1 rw\n");
  CollectorHarness filesystem("filesystem", host_);
  Play(filesystem);
  EXPECT_EQ(Sized(filesystem.Run()), "/\n/usb\n");
  WriteMounts(kRootLine);
  EXPECT_EQ(Sized(filesystem.Run()), "/\n");
  WriteMounts("27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda ro\n");
  EXPECT_NE(filesystem.Run().find("node_filesystem_readonly{device=\"/dev/vda\",device_error=\"\","
                                  "fstype=\"ext4\",mountpoint=\"/\"} 1\n"),
            std::string::npos);
}

TEST_F(FilesystemTest, AHungMountIsMarkedAndHidesNoOther) {
  WriteMounts(
      std::string(kRootLine) +
      "28 27 0:40 / /nfs rw - nfs4 server:/x rw\n"
      "29 27 0:41 / /nfs2 rw - nfs4 other:/x rw\n30 28 0:42 / /nfs/local rw - ext4 /dev/b rw\n");
  fake_->hung = Under("/nfs");
  CollectorHarness filesystem("filesystem", host_,
                              {{"collector.filesystem.mount-timeout", "50ms"}});
  Play(filesystem);
  for (int scrape = 0; scrape < 3; ++scrape) {
    const std::string text = filesystem.Run();
    EXPECT_EQ(Sized(text), "/\n/nfs/local\n/nfs2\n");
    EXPECT_NE(text.find("node_filesystem_device_error{device=\"server:/x\",device_error="
                        "\"mountpoint timeout\",fstype=\"nfs4\",mountpoint=\"/nfs\"} 1\n"),
              text.npos)
        << text;
    EXPECT_TRUE(filesystem.status().ok());
    // Another mount makes the table new; the outstanding call stays the only one.
    WriteMounts(std::string(kRootLine) +
                "28 27 0:40 / /nfs rw - nfs4 server:/x rw\n"
                "29 27 0:41 / /nfs2 rw - nfs4 other:/x rw\n"
                "30 28 0:42 / /nfs/local rw - ext4 /dev/b rw\n"
                "31 27 0:43 / /proc/" +
                std::to_string(scrape) + " rw - proc proc rw\n");
  }
  const std::lock_guard lock(fake_->mutex);
  EXPECT_EQ(std::count(fake_->asked.begin(), fake_->asked.end(), Under("/nfs")), 1);
}

TEST_F(FilesystemTest, LeavesOutABadLineAndNamesIt) {
  WriteMounts(std::string(kRootLine) + "garbage\n1 27 0:1 / /srv rw - xfs a rw\n");
  CollectorHarness filesystem("filesystem", host_);
  Play(filesystem);
  for (int scrape = 0; scrape < 2; ++scrape) {
    EXPECT_EQ(Sized(filesystem.Run()), "/\n/srv\n");
    EXPECT_EQ(filesystem.status().code(), ErrorCode::kParse);
    EXPECT_NE(filesystem.status().message().find("line 2"), std::string::npos)
        << filesystem.status().message();
  }
}

TEST_F(FilesystemTest, TakesItsOwnMountsWhereThoseOfInitAreHidden) {
  host_.WriteProc("self/mountinfo", kRootLine);
  CollectorHarness filesystem("filesystem", host_);
  Play(filesystem);
  EXPECT_EQ(Sized(filesystem.Run()), "/\n");
}

TEST_F(FilesystemTest, FailsWithoutMounts) {
  CollectorHarness filesystem("filesystem", host_);
  Play(filesystem);
  EXPECT_EQ(filesystem.Run(), "");
  EXPECT_EQ(filesystem.status().code(), ErrorCode::kAbsent);
  EXPECT_NE(filesystem.status().message().find("self/mountinfo"), std::string::npos);

  CollectorHarness empty("filesystem", host_);
  Play(empty);
  WriteMounts("");
  EXPECT_EQ(empty.Run(), "");
  EXPECT_EQ(empty.status().code(), ErrorCode::kParse);
}

// With the kernel's statfs, since the fake one allocates.
TEST_F(FilesystemTest, AllocatesNothingOnceWarm) {
  const std::string mounts = std::string(kRootLine) +
                             "28 27 0:40 / / rw - nfs4 server:/x rw\n"
                             "29 27 0:41 / /no\\040such\\040place rw - ext4 /dev/x rw\n";
  host_.WriteProc("self/mountinfo", mounts);
  CollectorHarness hidden("filesystem", host_);
  EXPECT_EQ(hidden.AllocationsOnceWarm(), 0u);
  WriteMounts(mounts);
  CollectorHarness filesystem("filesystem", host_);
  EXPECT_EQ(filesystem.AllocationsOnceWarm(), 0u);
  EXPECT_EQ(Sized(filesystem.Run()), "/\n/\n");
}

TEST_F(FilesystemTest, AsksTheRealKernel) {
  WriteMounts(kRootLine);
  CollectorHarness filesystem("filesystem", host_);
  struct statfs values {};
  ASSERT_EQ(::statfs(Under("/").c_str(), &values), 0);
  const auto size = static_cast<double>(values.f_blocks) * static_cast<double>(values.f_bsize);
  filesystem.Run();
  for (const FamilyView& family : filesystem.families()) {
    if (family.name == "node_filesystem_size_bytes") {
      EXPECT_EQ(family.metrics.front()->gauge.value, size);
    }
  }
  EXPECT_EQ(filesystem.families().size(), 9u);
}

TEST(FilesystemRoot, IsTakenOffTheMountPoints) {
  HostTree host;
  CollectorHarness filesystem("filesystem", host);
  const std::string root = host.paths().rootfs;
  host.WriteProc("1/mountinfo", "1 0 8:1 / " + root + " rw - ext4 a rw\n2 1 8:2 / " + root +
                                    "/srv rw - ext4 b rw\n3 1 8:3 / " + root +
                                    "fs rw - ext4 c rw\n");
  const std::string text = filesystem.Run();
  EXPECT_NE(text.find("major=\"8\",minor=\"1\",mountpoint=\"/\"}"), text.npos) << text;
  EXPECT_NE(text.find("device=\"b\",device_error=\"no such file or directory\",fstype=\"ext4\","
                      "mountpoint=\"/srv\""),
            text.npos);
  EXPECT_NE(text.find("mountpoint=\"" + root + "fs\""), text.npos);
}

}  // namespace
}  // namespace hostpulse
