#include "core/gzip/gzip_codec.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <string_view>

#include "core/gzip/gzip_writer.h"
#include "tests/support/gunzip.h"

namespace hostpulse {
namespace {

std::string Noise(std::size_t size) {
  std::mt19937 random(1);
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

std::string Exposition(std::size_t lines) {
  std::string text;
  for (std::size_t i = 0; i < lines; ++i) {
    text += "node_cpu_seconds_total{cpu=\"" + std::to_string(i) + "\",mode=\"idle\"} " +
            std::to_string(i * 977) + ".5\n";
  }
  return text;
}

using MakeCodec = std::unique_ptr<GzipCodec> (*)();
class GzipCodecTest : public testing::TestWithParam<MakeCodec> {
 protected:
  GzipCodecTest() : codec_(GetParam()()) {}
  void SetUp() override {
    if (!codec_) GTEST_SKIP() << "not built in: Debian has ISA-L for x86-64 only";
  }
  std::string Pack(std::string_view text) {
    std::string out(codec_->Bound(text.size()), '\0');
    out.resize(codec_->Compress(text, out));
    return out;
  }
  const std::unique_ptr<GzipCodec> codec_;
};

TEST_P(GzipCodecTest, MakesWhatZlibReads) {
  for (const std::string& text :
       {std::string(), std::string("x"), Exposition(1), Exposition(5'000),
        std::string(1 << 20, 'x'), Noise(1), Noise(65'535), Noise(65'536), Noise(300'000)}) {
    EXPECT_EQ(test::Gunzip(Pack(text), text.size()), text) << text.size() << " bytes";
  }
}

TEST_P(GzipCodecTest, ShrinksAnExpositionToAFifth) {
  const std::string text = Exposition(1'000);
  EXPECT_LT(Pack(text).size(), text.size() / 5);
}

TEST_P(GzipCodecTest, SaysWhereTheRoomIsTooSmall) {
  std::string out(100, '\0');
  EXPECT_EQ(codec_->Compress(Noise(10'000), out), 0U);
  EXPECT_EQ(test::Gunzip(Pack("as good as new"), 100), "as good as new");
}

INSTANTIATE_TEST_SUITE_P(All, GzipCodecTest, testing::Values(&MakeIsalCodec, &MakeLibdeflateCodec),
                         [](const auto& made) {
                           return made.param == &MakeIsalCodec ? "Isal" : "Libdeflate";
                         });

TEST(GzipWriterTest, CompressesOneTextAfterTheOther) {
  GzipWriter writer;
  for (const std::size_t lines : {1U, 2'000U, 10U}) {
    const std::string text = Exposition(lines);
    EXPECT_EQ(test::Gunzip(writer.Compress(text), text.size()), text);
  }
}

}  // namespace
}  // namespace hostpulse
