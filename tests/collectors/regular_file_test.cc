#include "collectors/regular_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace hostpulse::collectors {
namespace {

class RegularFileTest : public testing::Test {
 protected:
  RegularFileTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "hostpulse-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
  }
  ~RegularFileTest() override { std::filesystem::remove_all(directory_); }

  std::string Path(const char* name) const { return (directory_ / name).string(); }
  void Write(const char* name, std::string_view content) const {
    std::ofstream(Path(name), std::ios::binary) << content;
  }
  Result<FileStamp> Read(const char* name, std::size_t max_bytes = 100) {
    path_ = Path(name);
    return ReadRegularFile({AT_FDCWD, path_.c_str(), path_}, max_bytes, content_);
  }
  Result<FileStamp> Stamp(const char* name) {
    path_ = Path(name);
    return StampOf({AT_FDCWD, path_.c_str(), path_});
  }

  std::filesystem::path directory_;
  std::string path_;
  std::string content_ = "left from before, and longer than what comes";
};

TEST_F(RegularFileTest, ReadsTheWholeContent) {
  Write("a", "content\n");
  const auto stamp = Read("a");
  ASSERT_TRUE(stamp) << stamp.status().message();
  EXPECT_EQ(content_, "content\n");
  EXPECT_EQ(stamp->size, 8);
  EXPECT_EQ(*stamp, *Stamp("a"));

  Write("empty", "");
  ASSERT_TRUE(Read("empty"));
  EXPECT_EQ(content_, "");
}

TEST_F(RegularFileTest, AnotherContentHasAnotherStamp) {
  Write("a", "1");
  const FileStamp before = *Stamp("a");
  Write("b", "1");
  std::filesystem::rename(Path("b"), Path("a"));
  EXPECT_NE(*Stamp("a"), before);
}

TEST_F(RegularFileTest, IsFollowedThroughALink) {
  Write("a", "x");
  std::filesystem::create_symlink("a", Path("link"));
  ASSERT_TRUE(Read("link"));
  EXPECT_EQ(content_, "x");
}

TEST_F(RegularFileTest, RefusesWhatCouldStall) {
  ASSERT_EQ(::mkfifo(Path("fifo").c_str(), 0600), 0);
  std::filesystem::create_symlink("fifo", Path("to_fifo"));
  std::filesystem::create_symlink("/dev/zero", Path("to_device"));
  std::filesystem::create_directory(Path("directory"));
  for (const char* name : {"fifo", "to_fifo", "to_device", "directory"}) {
    const auto stamp = Read(name);
    EXPECT_EQ(stamp.status().code(), ErrorCode::kIo) << name;
    EXPECT_EQ(stamp.status().message(), Path(name) + ": is not a regular file");
  }
}

TEST_F(RegularFileTest, HoldsItsLimit) {
  Write("a", std::string(100, 'x'));
  EXPECT_TRUE(Read("a"));
  Write("a", std::string(101, 'x'));
  const auto stamp = Read("a");
  EXPECT_EQ(stamp.status().code(), ErrorCode::kInvalid);
  EXPECT_THAT(stamp.status().message(), testing::EndsWith("a: is larger than 100 bytes"));
}

TEST_F(RegularFileTest, SaysWhatIsAbsent) {
  EXPECT_EQ(Read("none").status().code(), ErrorCode::kAbsent);
  std::filesystem::create_symlink("none", Path("dangling"));
  EXPECT_EQ(Stamp("dangling").status().code(), ErrorCode::kAbsent);
}

// A file of /proc says it has no bytes and has some all the same.
TEST_F(RegularFileTest, DoesNotTrustTheSize) {
  const std::string path = "/proc/self/status";
  const auto stamp = ReadRegularFile({AT_FDCWD, path.c_str(), path}, 1 << 20, content_);
  ASSERT_TRUE(stamp) << stamp.status().message();
  EXPECT_THAT(content_, testing::StartsWith("Name:"));
  EXPECT_THAT(content_, testing::EndsWith("\n"));
}

}  // namespace
}  // namespace hostpulse::collectors
