#include "core/utf8.h"

#include <gtest/gtest.h>

#include <string_view>

namespace hostpulse {
namespace {

using namespace std::string_view_literals;

void ExpectChar(std::string_view text, char32_t code, std::size_t length) {
  const Utf8Char c = DecodeUtf8(text);
  EXPECT_TRUE(c.valid) << text;
  EXPECT_EQ(c.code, code);
  EXPECT_EQ(c.length, length);
}

TEST(DecodeUtf8, TakesEveryLength) {
  ExpectChar("a!", 'a', 1);
  ExpectChar("\0"sv, 0, 1);
  ExpectChar("\x7f", 0x7F, 1);
  ExpectChar("\xc2\x80!", 0x80, 2);
  ExpectChar("\xdf\xbf", 0x7FF, 2);
  ExpectChar("\xe0\xa0\x80", 0x800, 3);
  ExpectChar("\xed\x9f\xbf", 0xD7FF, 3);
  ExpectChar("\xee\x80\x80", 0xE000, 3);
  ExpectChar("\xef\xbf\xbf", 0xFFFF, 3);
  ExpectChar("\xf0\x90\x80\x80", 0x10000, 4);
  ExpectChar("\xf4\x8f\xbf\xbf!", 0x10FFFF, 4);
}

TEST(DecodeUtf8, TakesOneByteOfWhatIsNot) {
  for (const std::string_view text :
       {"\x80"sv, "\xbf"sv, "\xc0\x80"sv, "\xc1\xbf"sv, "\xc2"sv, "\xc2 "sv, "\xe0\x9f\xbf"sv,
        "\xe2\x82"sv, "\xed\xa0\x80"sv, "\xed\xbf\xbf"sv, "\xf0\x8f\xbf\xbf"sv, "\xf0\x90\x80"sv,
        "\xf4\x90\x80\x80"sv, "\xf5\x80\x80\x80"sv, "\xff"sv}) {
    const Utf8Char c = DecodeUtf8(text);
    EXPECT_FALSE(c.valid) << testing::PrintToString(text);
    EXPECT_EQ(c.length, 1U);
    EXPECT_EQ(c.code, U'\uFFFD');
  }
}

TEST(IsValidUtf8, HoldsForWholeTexts) {
  EXPECT_TRUE(IsValidUtf8(""));
  EXPECT_TRUE(IsValidUtf8("gr\u00fc\u00dfe \U0001F600"));
  EXPECT_FALSE(IsValidUtf8("gr\xfc"));
  EXPECT_FALSE(IsValidUtf8("\xff then more"));
  EXPECT_FALSE(IsValidUtf8("cut \xe2\x82"));
}

TEST(IsUnprintable, NamesWhatCanForgeALine) {
  for (const char32_t code :
       {0x0, 0xA, 0x1B, 0x7F, 0x85, 0x9B, 0x200E, 0x2028, 0x202E, 0x2066, 0xFEFF}) {
    EXPECT_TRUE(IsUnprintable(code)) << static_cast<unsigned>(code);
  }
  for (const char32_t code : {0x20, 0x7E, 0xA0, 0xE9, 0x2010, 0x20AC, 0xFFFD, 0x1F600}) {
    EXPECT_FALSE(IsUnprintable(code)) << static_cast<unsigned>(code);
  }
}

TEST(Printable, PutsAQuestionMarkForWhatCouldForgeALine) {
  EXPECT_EQ(Printable("gr\u00fc\u00dfe \U0001F600"), "gr\u00fc\u00dfe \U0001F600");
  EXPECT_EQ(Printable("a\nb\x1b[31m\x7f\u009b\u202e"), "a?b?[31m???");
  EXPECT_EQ(Printable("\xff\xe2\x82"), "???");
  EXPECT_EQ(Printable(""), "");
}

}  // namespace
}  // namespace hostpulse
