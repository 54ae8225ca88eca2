#include "collectors/os_release.h"

#include <gtest/gtest.h>

namespace hostpulse::collectors {
namespace {

TEST(OsReleaseLine, ResolvesQuotesAndEscapes) {
  const std::pair<const char*, const char*> lines[] = {
      {"NAME=Fedora", "Fedora"},
      {"NAME=\"Debian GNU/Linux\"", "Debian GNU/Linux"},
      {"NAME='single $quoted\\'", "single $quoted\\"},
      {"NAME=\"a \\\"b\\\" \\$c \\\\ \\`\"", "a \"b\" $c \\ `"},
      {"NAME=a\\ b", "a b"},
      {"NAME=", ""},
      {"NAME=\"\"", ""},
      {"  NAME=x  # comment", "x"},
      {"NAME=\"x\"\t", "x"},
      {"NAME=a=b", "a=b"}};
  for (const auto& [line, value] : lines) {
    const auto entry = ParseOsReleaseLine(line);
    ASSERT_TRUE(entry) << line;
    EXPECT_EQ(entry->name, "NAME") << line;
    EXPECT_EQ(entry->value, value) << line;
  }
}

TEST(OsReleaseLine, MayBeEmptyOrAComment) {
  for (const char* line : {"", "   ", "# NAME=x", "\t#"}) {
    EXPECT_EQ(ParseOsReleaseLine(line).status().code(), ErrorCode::kAbsent) << line;
  }
}

TEST(OsReleaseLine, IsRefusedWhereItIsNoAssignment) {
  for (const char* line : {"NAME", "=x", "A B=x", "NAME=\"x", "NAME='x", "NAME=x\\", "NAME=\"x\"y",
                           "NAME=x y", "N\xff=1"}) {
    EXPECT_EQ(ParseOsReleaseLine(line).status().code(), ErrorCode::kParse) << line;
  }
}

TEST(LeadingVersion, IsMajorAndMinor) {
  EXPECT_EQ(LeadingVersion("12"), 12);
  EXPECT_EQ(LeadingVersion("22.04"), 22.04);
  EXPECT_EQ(LeadingVersion("8.10.2"), 8.10);
  EXPECT_EQ(LeadingVersion("7.x"), 7);
  EXPECT_EQ(LeadingVersion("40 beta"), 40);
  for (const char* text : {"", "rolling", ".5", "-1", " 12"}) {
    EXPECT_FALSE(LeadingVersion(text)) << text;
  }
}

TEST(ParseDay, IsMidnightUtc) {
  EXPECT_EQ(ParseDay("1970-01-02"), 86400);
  EXPECT_EQ(ParseDay("2024-05-14"), 1715644800);
  for (const char* text : {"", "2024-5-14", "2024-02-30", "2024-13-01", "2024/05/14",
                           "2024-05-14T00:00", "abcd-ef-gh"}) {
    EXPECT_FALSE(ParseDay(text)) << text;
  }
}

}  // namespace
}  // namespace hostpulse::collectors
