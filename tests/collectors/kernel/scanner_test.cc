#include "collectors/kernel/scanner.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace hostpulse::kernel {
namespace {

TEST(ParseNumberTest, TakesWholeNumbersOnly) {
  EXPECT_EQ(ParseNumber<int>("-12"), -12);
  EXPECT_EQ(ParseNumber<std::uint64_t>("18446744073709551615"),
            std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(ParseNumber<std::uint32_t>("0000ffff", 16), 0xffffU);
  for (const char* text : {"", "-", "+1", " 1", "1 ", "1.0", "1e3", "0x1", "1a", "\0"}) {
    EXPECT_EQ(ParseNumber<int>(text), std::nullopt) << text;
  }
  EXPECT_EQ(ParseNumber<std::uint64_t>("18446744073709551616"), std::nullopt);
  EXPECT_EQ(ParseNumber<std::uint64_t>("-1"), std::nullopt);
}

TEST(ParseDoubleTest, TakesDecimals) {
  EXPECT_EQ(ParseDouble("0.21"), 0.21);
  EXPECT_EQ(ParseDouble("-1e-3"), -0.001);
  EXPECT_EQ(ParseDouble("+2"), 2);
  EXPECT_TRUE(std::isinf(*ParseDouble("inf")));
  for (const char* text : {"", "+", "-", "+-1", "1,5", "0x1p3", "1_000", " 1", "1 ", "1.5 kB"}) {
    EXPECT_EQ(ParseDouble(text), std::nullopt) << text;
  }
}

TEST(TrimTest, TakesWhiteSpaceOffBothEnds) {
  EXPECT_EQ(Trim(" \t\r\n\v\fa b \n"), "a b");
  EXPECT_EQ(Trim(" \n"), "");
  EXPECT_EQ(Trim(""), "");
}

TEST(LineScannerTest, CountsLinesFromOne) {
  LineScanner lines("a\n\nb");
  std::vector<std::string> seen;
  for (std::string_view line; lines.Next(line);) {
    seen.push_back(std::to_string(lines.number()) + std::string(line));
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"1a", "2", "3b"}));
}

TEST(LineScannerTest, HasNoLineAfterTheLastNewline) {
  LineScanner lines("a\n");
  std::string_view line;
  EXPECT_TRUE(lines.Next(line));
  EXPECT_FALSE(lines.Next(line));
  EXPECT_FALSE(LineScanner("").Next(line));
}

TEST(FieldScannerTest, SkipsRunsOfBlanks) {
  FieldScanner fields("  cpu0\t 12  x 3");
  EXPECT_EQ(fields.Next(), "cpu0");
  EXPECT_EQ(fields.NextNumber<int>(), 12);
  EXPECT_EQ(fields.NextNumber<int>(), std::nullopt);
  EXPECT_EQ(fields.rest(), " 3");
  fields.Skip(2);
  EXPECT_EQ(fields.Next(), "");
}

}  // namespace
}  // namespace hostpulse::kernel
