#include "push/queue/crc32c.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace hostpulse::push {
namespace {

TEST(Crc32c, IsTheOneOfCastagnoli) {
  EXPECT_EQ(Crc32c("123456789", 0), 0xe3069283U);
  EXPECT_EQ(Crc32c(std::string(32, '\0'), 0), 0x8a9136aaU);  // RFC 3720, B.4.
  EXPECT_EQ(Crc32c(std::string(32, '\xff'), 0), 0x62a8ab43U);
}

TEST(Crc32c, GoesOnFromASeedAndIsTheSameByTable) {
  std::mt19937 random(3);
  for (std::size_t size = 0; size < 200; ++size) {
    std::string bytes(size, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    const std::uint32_t whole = Crc32c(bytes, 77);
    EXPECT_EQ(whole, Crc32cByTable(bytes, 77));
    const std::size_t cut = size / 3;
    EXPECT_EQ(whole, Crc32c(std::string_view(bytes).substr(cut),
                            Crc32c(std::string_view(bytes).substr(0, cut), 77)));
  }
}

}  // namespace
}  // namespace hostpulse::push
