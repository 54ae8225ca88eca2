#include "core/zstd/zstd_writer.h"

#include <gtest/gtest.h>
#include <zstd.h>

namespace hostpulse {
namespace {

std::string Unpack(std::string_view frame) {
  std::string text(ZSTD_getFrameContentSize(frame.data(), frame.size()), '\0');
  EXPECT_EQ(ZSTD_decompress(text.data(), text.size(), frame.data(), frame.size()), text.size());
  return text;
}

TEST(ZstdWriterTest, WritesFramesThatReadBack) {
  ZstdWriter writer(1);
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "node_a{device=\"" + std::to_string(i) + "\"} 1\n";
  const std::string_view frame = writer.Compress(text);
  EXPECT_LT(frame.size(), text.size() / 4);
  EXPECT_EQ(Unpack(frame), text);
  EXPECT_EQ(Unpack(writer.Compress("")), "");
  EXPECT_EQ(Unpack(writer.Compress("short")), "short");
}

}  // namespace
}  // namespace hostpulse
