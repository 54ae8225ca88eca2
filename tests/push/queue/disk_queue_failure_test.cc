#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <csignal>
#include <filesystem>

#include "tests/push/queue/queue_fixture.h"

namespace hostpulse::push::test {
namespace {

using testing::HasSubstr;

// Fails calls that change something: the `first`th and `count` - 1 after it.
class FailingIo final : public FileIo {
 public:
  void Fail(int error, int first, int count) {
    error_ = error;
    first_ = first;
    last_ = first + count - 1;
    calls_ = 0;
  }
  void Mend() { first_ = last_ = -1; }
  int calls() const { return calls_; }

  int OpenAt(int dir, const char* name, int flags, mode_t mode) override {
    if ((flags & O_CREAT) != 0 && Fails()) return -error_;
    return FileIo::OpenAt(dir, name, flags, mode);
  }
  ssize_t Pwrite(int fd, const char* bytes, std::size_t size, std::uint64_t offset) override {
    if (!Fails()) return FileIo::Pwrite(fd, bytes, size, offset);
    // What a full disk does: a part of it.
    if (size > 10) FileIo::Pwrite(fd, bytes, size / 2, offset);
    return -error_;
  }
  int Fdatasync(int fd) override { return Fails() ? -error_ : FileIo::Fdatasync(fd); }
  int Fsync(int fd) override { return Fails() ? -error_ : FileIo::Fsync(fd); }
  int Ftruncate(int fd, std::uint64_t size) override {
    return Fails() ? -error_ : FileIo::Ftruncate(fd, size);
  }
  int UnlinkAt(int dir, const char* name) override {
    return Fails() ? -error_ : FileIo::UnlinkAt(dir, name);
  }

  int LinkAt(int dir, const char* name, const char* second) override {
    return Fails() ? -error_ : FileIo::LinkAt(dir, name, second);
  }

 private:
  bool Fails() {
    const int call = ++calls_;
    return call >= first_ && call <= last_;
  }
  int error_ = EIO;
  int first_ = -1;
  int last_ = -1;
  int calls_ = 0;
};

class DiskQueueFailureTest : public DiskQueueTest {
 protected:
  ~DiskQueueFailureTest() override { Close(); }  // The queue uses io_.

  FailingIo io_;
};

TEST_F(DiskQueueFailureTest, NoSingleFailureLosesAnything) {
  for (const int error : {EIO, ENOSPC, EDQUOT, EROFS}) {
    for (int first = 1; first < 40; ++first) {
      std::filesystem::remove_all(options_.dir);
      options_.fsync = first % 2 == 0 ? std::chrono::nanoseconds(0) : std::chrono::nanoseconds(1);
      source_ = Source();
      appended_.clear();
      ASSERT_EQ(Open(io_), Status());
      io_.Fail(error, first, 1);
      Append(30);
      io_.Mend();
      Append(1);
      ExpectBalanced(cursor_->Stats());
      EXPECT_EQ(cursor_->Stats().dropped_for_disk, 0U);
      ASSERT_EQ(Open(io_), Status());
      EXPECT_EQ(Drain(), appended_) << error << " at call " << first;
      if (HasFailure()) return;
      Close();
    }
  }
}

TEST_F(DiskQueueFailureTest, ADiskThatTakesNothingLeavesAMinuteInMemoryWhichIsDelivered) {
  ASSERT_EQ(Open(io_), Status());
  Append(5);
  io_.Fail(ENOSPC, 1, 1'000'000);
  Append(30);
  EXPECT_EQ(queue_->Stats().collections_in_memory, 30U);
  EXPECT_GT(queue_->Stats().write_errors, 0U);
  EXPECT_THAT(log_.Take(), HasSubstr("collections wait in memory"));
  EXPECT_EQ(Drain(), appended_) << "destinations get them meanwhile";
  appended_.clear();
  Append(100);
  const CursorStats stats = cursor_->Stats();
  ExpectBalanced(stats);
  EXPECT_EQ(stats.dropped_for_disk, 40 * 3U);
  EXPECT_EQ(Drain(), std::vector(appended_.end() - 60, appended_.end()));
}

TEST_F(DiskQueueFailureTest, WhatWaitedIsWrittenWhenTheDiskWorksAgain) {
  ASSERT_EQ(Open(io_), Status());
  Append(5);
  io_.Fail(EIO, 1, 1'000'000);
  source_.End("steady");
  EXPECT_EQ(queue_->Append(source_.Make({{"counter", 7}})), Status());
  appended_.push_back(source_.last());
  Append(20);
  io_.Mend();
  clock_.Advance(std::chrono::minutes(2));
  Append(5);
  EXPECT_EQ(queue_->Stats().collections_in_memory, 0U);
  ASSERT_EQ(Open(io_), Status());
  EXPECT_EQ(Drain(), appended_);
}

TEST_F(DiskQueueFailureTest, SeriesOfADroppedCollectionAreKnownAllTheSame) {
  ASSERT_EQ(Open(io_), Status());
  Append(1);
  io_.Fail(EIO, 1, 1'000'000);
  source_.Add("late");
  EXPECT_EQ(queue_->Append(source_.Make({{"late", 1}})), Status());
  Append(70);
  io_.Mend();
  clock_.Advance(std::chrono::minutes(2));
  EXPECT_EQ(queue_->Append(source_.Make({{"late", 2}})), Status());
  const Expected last = source_.last();
  ASSERT_EQ(Open(io_), Status());
  EXPECT_EQ(Drain().back(), last);
}

// What was acknowledged to the child before it was killed is there.
TEST_F(DiskQueueFailureTest, AKilledProcessLosesNothingThatWasAppended) {
  for (int round = 0; round < 20; ++round) {
    Close();
    std::filesystem::remove_all(options_.dir);
    source_ = Source();
    appended_.clear();
    counter_ = 0;
    int pipe_ends[2];
    ASSERT_EQ(::pipe(pipe_ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      if (!Open().ok()) ::_exit(1);
      while (true) {
        Append();
        const char byte = 'a';
        if (::write(pipe_ends[1], &byte, 1) != 1) ::_exit(2);
      }
    }
    ::close(pipe_ends[1]);
    std::size_t acknowledged = 0;
    char byte = 0;
    while (acknowledged < static_cast<std::size_t>(50 + 37 * round) &&
           ::read(pipe_ends[0], &byte, 1) == 1) {
      ++acknowledged;
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    while (::read(pipe_ends[0], &byte, 1) == 1) ++acknowledged;
    ::close(pipe_ends[0]);
    ASSERT_EQ(Open(), Status());
    const std::vector<Expected> left = Drain();
    EXPECT_GE(left.size(), acknowledged);
    for (std::size_t i = 0; i < left.size(); ++i) {
      EXPECT_EQ(left[i].samples.at("counter"),
                std::bit_cast<std::uint64_t>(static_cast<double>(i + 1)));
    }
  }
}

}  // namespace
}  // namespace hostpulse::push::test
