#include "collectors/kernel/kernel_file.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/alloc_counter.h"
#include "tests/support/host_tree.h"

namespace hostpulse::kernel {
namespace {

class KernelFileTest : public testing::Test {
 protected:
  KernelFile File(std::string_view path, FileKind kind = FileKind::kSequence) {
    return KernelFile(host_.paths().Proc(path), budget_, kind);
  }

  HostTree host_;
  DescriptorBudget budget_{2};
};

TEST_F(KernelFileTest, ReadsTheWholeOfWhatIsThereNow) {
  host_.WriteProc("a", "first\n");
  KernelFile file = File("a");
  EXPECT_EQ(*file.Read(), "first\n");
  const std::string large(10'000, 'x');
  host_.WriteProc("a", large);
  EXPECT_EQ(*file.Read(), large);
  host_.WriteProc("a", "");
  EXPECT_EQ(*file.Read(), "");
}

TEST_F(KernelFileTest, ReadsAnAttributeOfAnySize) {
  for (const std::size_t size : {0U, 1U, 63U, 64U, 65U, 128U, 4096U}) {
    host_.WriteSys("attribute", std::string(size, 'x'));
    KernelFile file(host_.paths().Sys("attribute"), budget_, FileKind::kAttribute);
    EXPECT_EQ(file.Read()->size(), size);
    EXPECT_EQ(file.Read()->size(), size);
  }
}

TEST_F(KernelFileTest, ReadsAFileMadeInOnePieceOfAnySize) {
  KernelFile file = File("stat", FileKind::kSingle);
  for (const std::size_t size : {0U, 1U, 1023U, 1024U, 1025U, 4096U, 100'000U, 10U}) {
    host_.WriteProc("stat", std::string(size, 'x'));
    EXPECT_EQ(file.Read()->size(), size);
    EXPECT_EQ(file.Read()->size(), size);
  }
}

// What the kernel opens by single_open() comes whole, however it is read.
TEST_F(KernelFileTest, ReadsTheFilesThatTheKernelMakesInOnePiece) {
  for (const char* path : {"/proc/stat", "/proc/self/net/netstat", "/proc/self/net/snmp6"}) {
    KernelFile whole(path, budget_);
    KernelFile single(path, budget_, FileKind::kSingle);
    const auto lines = [](std::string_view text) {
      return std::count(text.begin(), text.end(), '\n');
    };
    if (!whole.TryRead()) continue;
    single.TryRead();  // With a buffer that grows meanwhile, and once more without.
    EXPECT_EQ(lines(*single.Read()), lines(*whole.Read())) << path;
  }
}

TEST_F(KernelFileTest, ReadsShortRecordsOfAnyNumber) {
  KernelFile file = File("table", FileKind::kShortRecords);
  for (const std::size_t size : {0U, 1U, 1024U, 3071U, 3072U, 3073U, 4096U, 100'000U, 10U}) {
    host_.WriteProc("table", std::string(size, 'x'));
    EXPECT_EQ(file.Read()->size(), size);
    EXPECT_EQ(file.Read()->size(), size);
  }
}

// A table of several of the kernel's pages, which it hands out a page at a time.
TEST_F(KernelFileTest, ReadsTheShortRecordsOfTheKernel) {
  KernelFile whole("/proc/self/net/udp", budget_);
  KernelFile table("/proc/self/net/udp", budget_, FileKind::kShortRecords);
  std::vector<UniqueFd> sockets;
  for (int i = 0; i < 100; ++i) {
    sockets.emplace_back(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(::bind(sockets.back().get(), reinterpret_cast<sockaddr*>(&any), sizeof any), 0);
  }
  const auto lines = [](std::string_view text) {
    return std::count(text.begin(), text.end(), '\n');
  };
  // Other sockets of the host may come and go in between.
  EXPECT_GT(lines(*whole.Read()), 100);
  EXPECT_GT(lines(*table.Read()), 100);
  EXPECT_GT(lines(*table.Read()), 100);
}

TEST_F(KernelFileTest, TrimsWhiteSpaceAtBothEnds) {
  host_.WriteProc("a", " \t42 KiB \n\n");
  KernelFile file = File("a");
  EXPECT_EQ(*file.ReadTrimmed(), "42 KiB");
}

TEST_F(KernelFileTest, TriesWithoutAWordAndWithoutAllocating) {
  KernelFile file = File("a");
  EXPECT_FALSE(file.TryRead());
  EXPECT_EQ(file.last_errno(), ENOENT);
  const std::uint64_t before = test::AllocationsOfThisThread();
  EXPECT_FALSE(file.TryReadTrimmed());
  EXPECT_EQ(test::AllocationsOfThisThread(), before);
  host_.WriteProc("a", " 42\n");
  EXPECT_EQ(file.TryRead(), " 42\n");
  EXPECT_EQ(file.TryReadTrimmed(), "42");
  EXPECT_EQ(file.last_errno(), 0);
}

TEST_F(KernelFileTest, KeepsTheDescriptorOfAnAttributeWithoutAValue) {
  KernelFile speed("/sys/class/net/lo/speed", budget_, FileKind::kAttribute);
  if (speed.TryRead() || speed.last_errno() != EINVAL) {
    GTEST_SKIP() << "no loopback here whose speed is refused";
  }
  EXPECT_EQ(budget_.left(), 1);
  EXPECT_FALSE(speed.TryRead());
  EXPECT_EQ(budget_.left(), 1);
  EXPECT_EQ(speed.Read().status().code(), ErrorCode::kIo);
}

TEST_F(KernelFileTest, KeepsNoMoreDescriptorsThanTheBudgetAllows) {
  {
    host_.WriteProc("a", "1");
    KernelFile first = File("a");
    KernelFile second = File("a");
    KernelFile third = File("a");
    EXPECT_EQ(budget_.left(), 2);
    for (KernelFile* file : {&first, &second, &third}) EXPECT_EQ(*file->Read(), "1");
    EXPECT_EQ(budget_.left(), 0);
    host_.WriteProc("a", "2");
    for (KernelFile* file : {&first, &second, &third}) EXPECT_EQ(*file->Read(), "2");
  }
  EXPECT_EQ(budget_.left(), 2);
}

TEST_F(KernelFileTest, TakesItsDescriptorAlongWhenItMoves) {
  host_.WriteProc("a", "1");
  KernelFile from = File("a");
  ASSERT_TRUE(from.Read().ok());
  {
    KernelFile to = std::move(from);
    EXPECT_EQ(*to.Read(), "1");
    EXPECT_EQ(budget_.left(), 1);
  }
  EXPECT_EQ(budget_.left(), 2);
}

TEST_F(KernelFileTest, CallsAMissingFileAbsent) {
  host_.WriteProc("file", "");
  for (const char* path : {"missing", "missing/below", "file/below"}) {
    KernelFile file = File(path);
    const auto text = file.Read();
    EXPECT_EQ(text.status().code(), ErrorCode::kAbsent) << path;
    EXPECT_NE(text.status().message().find(host_.paths().Proc(path)), std::string::npos);
    EXPECT_NE(file.last_errno(), 0);
  }
  EXPECT_EQ(budget_.left(), 2);
}

TEST_F(KernelFileTest, ReadsAFileThatCameLater) {
  KernelFile file = File("late");
  EXPECT_FALSE(file.Read().ok());
  host_.WriteProc("late", "here");
  EXPECT_EQ(*file.Read(), "here");
  EXPECT_EQ(file.last_errno(), 0);
}

TEST_F(KernelFileTest, CallsAnUnreadableFileAPermissionError) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  host_.WriteProc("secret", "x");
  ASSERT_EQ(::chmod(host_.paths().Proc("secret").c_str(), 0), 0);
  EXPECT_EQ(File("secret").Read().status().code(), ErrorCode::kPermission);
}

TEST_F(KernelFileTest, CallsADirectoryAnIoError) {
  host_.WriteProc("directory/file", "");
  KernelFile file = File("directory");
  EXPECT_EQ(file.Read().status().code(), ErrorCode::kIo);
  EXPECT_EQ(file.last_errno(), EISDIR);
}

TEST_F(KernelFileTest, DoesNotWaitForTheWriterOfAFifo) {
  ASSERT_EQ(::mkfifo(host_.paths().Proc("fifo").c_str(), 0600), 0);
  KernelFile file = File("fifo");
  EXPECT_EQ(*file.Read(), "");
  EXPECT_EQ(*file.Read(), "");
  EXPECT_EQ(budget_.left(), 2) << "what cannot seek is opened anew for every read";
}

TEST_F(KernelFileTest, GivesUpOnAFileWithoutEnd) {
  std::filesystem::create_symlink("/dev/zero", host_.paths().Proc("endless"));
  KernelFile file = File("endless");
  EXPECT_EQ(file.Read().status().code(), ErrorCode::kIo);
  EXPECT_EQ(file.last_errno(), EFBIG);
}

TEST_F(KernelFileTest, OpensAgainWhatNoLongerReads) {
  // The kept descriptor of a process that ended gives ESRCH, as that of a device that left gives
  // ENODEV; here the name leads somewhere else in the meantime.
  const pid_t child = ::fork();
  if (child == 0) {
    ::pause();
    ::_exit(0);
  }
  std::filesystem::create_symlink("/proc/" + std::to_string(child) + "/status",
                                  host_.paths().Proc("status"));
  KernelFile file = File("status");
  const bool read = file.Read().ok();
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ASSERT_TRUE(read);
  EXPECT_EQ(file.Read().status().code(), ErrorCode::kAbsent);
  EXPECT_EQ(budget_.left(), 2);

  host_.Remove("proc/status");
  host_.WriteProc("status", "back");
  EXPECT_EQ(*file.Read(), "back");
}

TEST_F(KernelFileTest, ReadsFilesOfTheRunningKernel) {
  KernelFile status("/proc/self/status", budget_);
  EXPECT_TRUE(status.Read()->starts_with("Name:"));
  KernelFile pid_max("/proc/sys/kernel/pid_max", budget_, FileKind::kAttribute);
  const std::string once(*pid_max.ReadTrimmed());
  EXPECT_FALSE(once.empty());
  EXPECT_EQ(*pid_max.ReadTrimmed(), once);
}

TEST_F(KernelFileTest, DoesNotKnowOfChangesWhereTheKernelDoesNotTell) {
  host_.WriteProc("a", "first\n");
  KernelFile file = File("a");
  EXPECT_FALSE(file.IsUnchanged());
  ASSERT_TRUE(file.Read().ok());
  EXPECT_FALSE(file.IsUnchanged());
}

// On a thread of its own, which leaves the mounts of the others alone.
TEST_F(KernelFileTest, KnowsWhetherTheMountsHaveChanged) {
  bool may_mount = true;
  std::thread([&] {
    may_mount = ::unshare(CLONE_NEWNS) == 0 &&
                ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    if (!may_mount) return;
    const std::string place = host_.paths().Proc("");
    KernelFile file("/proc/thread-self/mountinfo", budget_);
    EXPECT_FALSE(file.IsUnchanged()) << "before the first Read";
    ASSERT_TRUE(file.Read().ok());
    EXPECT_TRUE(file.IsUnchanged());

    ASSERT_EQ(::mount("none", place.c_str(), "tmpfs", 0, nullptr), 0);
    EXPECT_FALSE(file.IsUnchanged());
    EXPECT_NE(file.Read()->find(place.substr(0, place.find_last_not_of('/') + 1)),
              std::string_view::npos);
    EXPECT_TRUE(file.IsUnchanged());

    ASSERT_EQ(::mount("none", place.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr), 0);
    EXPECT_FALSE(file.IsUnchanged());
    ASSERT_TRUE(file.Read().ok());
    ASSERT_EQ(::umount(place.c_str()), 0);
    EXPECT_FALSE(file.IsUnchanged());
  }).join();
  if (!may_mount) GTEST_SKIP() << "needs the right to mount (CAP_SYS_ADMIN)";
}

TEST_F(KernelFileTest, AllocatesNothingOnceItHasReadTheFile) {
  host_.WriteProc("a", std::string(5000, 'x'));
  KernelFile file = File("a");
  ASSERT_TRUE(file.Read().ok());
  const auto before = test::AllocationsOfThisThread();
  EXPECT_TRUE(file.Read().ok());
  EXPECT_EQ(test::AllocationsOfThisThread(), before);
}

TEST(ErrnoStatusTest, SaysWhatFailedWhereAndWhy) {
  const Status status = ErrnoStatus("/sys/x", "open", EACCES);
  EXPECT_EQ(status.code(), ErrorCode::kPermission);
  EXPECT_EQ(status.message(), "/sys/x: open: Permission denied");
  EXPECT_EQ(ErrnoStatus("/sys/x", "read", ENODEV).code(), ErrorCode::kAbsent);
  EXPECT_EQ(ErrnoStatus("/sys/x", "read", EIO).code(), ErrorCode::kIo);
}

TEST(ParseErrorTest, QuotesTheLineShortAndClean) {
  EXPECT_EQ(ParseError("/proc/stat", "btime", "btime \x01?\x7f").message(),
            "/proc/stat: cannot parse btime in \"btime ???\"");
  const std::string message = ParseError("/p", "f", std::string(200, 'x')).message();
  EXPECT_EQ(message, "/p: cannot parse f in \"" + std::string(80, 'x') + "...\"");
}

}  // namespace
}  // namespace hostpulse::kernel
