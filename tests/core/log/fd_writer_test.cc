#include "core/log/fd_writer.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>

#include "core/unique_fd.h"

namespace hostpulse {
namespace {

// Something with two ends, of which the reader takes only what is there.
class FdWriterTest : public testing::Test {
 protected:
  void Pipe() {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    Adopt(ends);
  }
  void Socket() {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    Adopt({ends[1], ends[0]});
  }
  std::string Read() {
    std::string out;
    std::array<char, 65536> buffer{};
    for (ssize_t n = 0; (n = ::read(reader_.get(), buffer.data(), buffer.size())) > 0;) {
      out.append(buffer.data(), static_cast<std::size_t>(n));
    }
    return out;
  }
  // Returns how many lines went in.
  int Fill(FdWriter& writer) {
    int lines = 0;
    while (lines < 10'000 && writer.Write(std::string(1000, 'x') + "\n")) ++lines;
    return lines;
  }

  UniqueFd reader_;
  UniqueFd writer_;

 private:
  void Adopt(std::array<int, 2> ends) {
    reader_.reset(ends[0]);
    writer_.reset(ends[1]);
    ASSERT_EQ(::fcntl(reader_.get(), F_SETFL, O_NONBLOCK), 0);
  }
};

TEST_F(FdWriterTest, WritesLines) {
  Pipe();
  FdWriter writer(writer_.get());
  EXPECT_TRUE(writer.Write("one\n"));
  EXPECT_TRUE(writer.Write("two\n"));
  EXPECT_EQ(Read(), "one\ntwo\n");
}

TEST_F(FdWriterTest, DropsLinesWhileAPipeIsFullAndGoesOnAfterwards) {
  Pipe();
  FdWriter writer(writer_.get());
  const int lines = Fill(writer);
  EXPECT_GT(lines, 0);
  EXPECT_LT(lines, 10'000);
  EXPECT_FALSE(writer.Write("lost\n"));
  EXPECT_EQ(Read().size(), static_cast<std::size_t>(lines) * 1001);
  EXPECT_TRUE(writer.Write("again\n"));
  EXPECT_EQ(Read(), "again\n");
}

TEST_F(FdWriterTest, DropsLinesWhileASocketIsFull) {
  Socket();
  FdWriter writer(writer_.get());
  EXPECT_LT(Fill(writer), 10'000);
  Read();
  EXPECT_TRUE(writer.Write("again\n"));
  EXPECT_EQ(Read(), "again\n");
}

// A signal is what it is about: SIGPIPE has its default action here and would end the test.
TEST_F(FdWriterTest, LeavesAPipeWithoutAReaderAlone) {
  Pipe();
  reader_.reset();
  FdWriter writer(writer_.get());
  EXPECT_FALSE(writer.Write("nobody\n"));
}

TEST(FdWriter, DropsLinesWhereTheDescriptorIsClosed) {
  FdWriter writer(1'000'000);
  EXPECT_FALSE(writer.Write("nowhere\n"));
  EXPECT_FALSE(FdWriter(-1).Write("nowhere\n"));
}

TEST(FdWriter, DropsLinesWhereTheDiskIsFull) {
  const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  if (!full) GTEST_SKIP() << "no /dev/full here";
  FdWriter writer(full.get());
  EXPECT_FALSE(writer.Write("too much\n"));
}

}  // namespace
}  // namespace hostpulse
