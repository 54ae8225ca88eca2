#include "core/duration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <string>

namespace hostpulse {
namespace {

using std::chrono::nanoseconds;
using testing::HasSubstr;

nanoseconds Parsed(std::string_view text) {
  const Result<nanoseconds> result = ParseDuration(text);
  EXPECT_TRUE(result.ok()) << text << ": " << result.status().message();
  return result.ok() ? *result : nanoseconds(-1);
}

TEST(ParseDuration, TakesWhatGoAndPrometheusTake) {
  using namespace std::chrono_literals;
  EXPECT_EQ(Parsed("0"), 0ns);
  EXPECT_EQ(Parsed("0s"), 0ns);
  EXPECT_EQ(Parsed("5s"), 5s);
  EXPECT_EQ(Parsed("+5s"), 5s);
  EXPECT_EQ(Parsed("1h30m"), 90min);
  EXPECT_EQ(Parsed("250ms"), 250ms);
  EXPECT_EQ(Parsed("10us"), 10us);
  EXPECT_EQ(Parsed("10\u00b5s"), 10us);
  EXPECT_EQ(Parsed("10\u03bcs"), 10us);
  EXPECT_EQ(Parsed("7ns"), 7ns);
  EXPECT_EQ(Parsed("7d"), 168h);
  EXPECT_EQ(Parsed("2w"), 336h);
  EXPECT_EQ(Parsed("1y"), 8760h);
  EXPECT_EQ(Parsed("1d12h"), 36h);
  EXPECT_EQ(Parsed("30m1h"), 90min);
}

TEST(ParseDuration, ReadsFractionsExactly) {
  using namespace std::chrono_literals;
  EXPECT_EQ(Parsed("1.5h"), 90min);
  EXPECT_EQ(Parsed(".5s"), 500ms);
  EXPECT_EQ(Parsed("5.s"), 5s);
  EXPECT_EQ(Parsed("0.3s"), 300ms);
  EXPECT_EQ(Parsed("1.7s"), 1700ms);
  EXPECT_EQ(Parsed("0.999999999s"), 999'999'999ns);
  EXPECT_EQ(Parsed("0.9999999999999999999999s"), 999'999'999ns);
}

TEST(ParseDuration, RejectsEverythingElseAndSaysWhatIsAccepted) {
  for (const char* text :
       {"",    "5",    "s",  ".",    ".s",   "+",   "-5s",   "--5s", "5x",  "5 s", " 5s",
        "5s ", "1h30", "5S", "1e3s", "0x5s", "5ss", "1..5s", "nan",  "inf", "00",  "5m-"}) {
    const Result<nanoseconds> result = ParseDuration(text);
    ASSERT_FALSE(result.ok()) << text;
    EXPECT_EQ(result.status().code(), ErrorCode::kInvalid);
    EXPECT_THAT(result.status().message(), HasSubstr("\"" + std::string(text) + "\""));
    EXPECT_THAT(result.status().message(), HasSubstr("1h30m"));
  }
}

TEST(ParseDuration, RejectsWhatDoesNotFit) {
  EXPECT_EQ(Parsed("9223372036854775807ns"), nanoseconds::max());
  for (const char* text :
       {"9223372036854775808ns", "18446744073709551616ns", "300y", "293y",
        "9223372036854775807ns1ns", "99999999999999999999999999s", "9223372036.9s"}) {
    EXPECT_FALSE(ParseDuration(text).ok()) << text;
  }
}

TEST(ParseDuration, QuotesOnlyTheStartOfALongText) {
  const Result<nanoseconds> result = ParseDuration(std::string(100'000, '7'));
  ASSERT_FALSE(result.ok());
  EXPECT_LT(result.status().message().size(), 300U);
}

TEST(FormatDuration, IsShortAndExact) {
  using namespace std::chrono_literals;
  EXPECT_EQ(FormatDuration(0ns), "0s");
  EXPECT_EQ(FormatDuration(9min + 58s), "9m58s");
  EXPECT_EQ(FormatDuration(10min), "10m");
  EXPECT_EQ(FormatDuration(512ms), "512ms");
  EXPECT_EQ(FormatDuration(1500ms), "1.5s");
  EXPECT_EQ(FormatDuration(1min + 20ms), "1m0.02s");
  EXPECT_EQ(FormatDuration(1250us), "1.25ms");
  EXPECT_EQ(FormatDuration(10us), "10us");
  EXPECT_EQ(FormatDuration(7ns), "7ns");
  EXPECT_EQ(FormatDuration(168h), "7d");
  EXPECT_EQ(FormatDuration(-90s), "-1m30s");
  EXPECT_EQ(FormatDuration(nanoseconds::min()), "-106751d23h47m16.854775808s");
}

TEST(FormatDuration, IsReadBack) {
  for (const std::int64_t count :
       {1L, 999L, 1'000L, 1'001'000L, 59'999'999'999L, 86'400'000'000'000L, 3'661'000'000'001L,
        std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_EQ(Parsed(FormatDuration(nanoseconds(count))), nanoseconds(count));
  }
}

}  // namespace
}  // namespace hostpulse
