#include "collectors/guarded_buffer.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/unique_fd.h"

namespace hostpulse::collectors {
namespace {

TEST(GuardedBufferTest, StopsASystemCallThatWritesTooMuch) {
  const UniqueFd zero(::open("/dev/zero", O_RDONLY | O_CLOEXEC));
  ASSERT_TRUE(zero);
  GuardedBuffer buffer;
  std::byte* const start = buffer.Reserve(100);
  ASSERT_NE(start, nullptr);
  ASSERT_GE(buffer.room(), 100U);
  EXPECT_EQ(::read(zero.get(), start, buffer.room()), static_cast<ssize_t>(buffer.room()));
  EXPECT_EQ(::read(zero.get(), start + buffer.room(), 1), -1);
  EXPECT_EQ(errno, EFAULT);
}

TEST(GuardedBufferTest, GrowsAndIsReused) {
  GuardedBuffer buffer;
  std::byte* const small = buffer.Reserve(1);
  ASSERT_NE(small, nullptr);
  EXPECT_EQ(buffer.Reserve(buffer.room()), small);
  const std::size_t more = 10 * buffer.room() + 1;
  std::byte* const large = buffer.Reserve(more);
  ASSERT_NE(large, nullptr);
  std::memset(large, 7, more);
  EXPECT_EQ(buffer.Reserve(1), large);

  const GuardedBuffer moved(std::move(buffer));
  EXPECT_GE(moved.room(), more);
}

}  // namespace
}  // namespace hostpulse::collectors
