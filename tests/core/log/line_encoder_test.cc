#include "core/log/line_encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <string_view>

namespace hostpulse {
namespace {

using namespace std::string_view_literals;
using testing::EndsWith;
using testing::HasSubstr;

std::string Encode(LogFormat format, std::string_view message,
                   std::initializer_list<LogField> fields = {}) {
  LineEncoder line(format, LogLevel::kInfo, "collector.cpu", message);
  for (const LogField& field : fields) line.Add(field);
  return std::string(line.payload());
}
std::string Logfmt(std::string_view message, std::initializer_list<LogField> fields = {}) {
  return Encode(LogFormat::kLogfmt, message, fields);
}
std::string Json(std::string_view message, std::initializer_list<LogField> fields = {}) {
  return "{" + Encode(LogFormat::kJson, message, fields) + "}";
}
// The value of field "x" in logfmt.
std::string Value(std::string_view text) {
  const std::string line = Logfmt("m", {{"x", text}});
  return line.substr(line.find("x=") + 2);
}

TEST(LineEncoder, WritesLogfmt) {
  EXPECT_EQ(
      Logfmt("File is cut off",
             {{"path", "/proc/stat"}, {"line", 3}, {"ratio", 0.1}, {"ok", true}}),
      "level=INFO logger=collector.cpu msg=\"File is cut off\" path=/proc/stat line=3 ratio=0.1"
      " ok=true");
}

TEST(LineEncoder, WritesJson) {
  EXPECT_EQ(
      Json("File is cut off",
           {{"path", "/proc/stat"}, {"line", -3}, {"ratio", 0.1}, {"ok", false}}),
      R"({"level":"INFO","logger":"collector.cpu","msg":"File is cut off","path":"/proc/stat",)"
      R"("line":-3,"ratio":0.1,"ok":false})");
}

TEST(LineEncoder, QuotesInLogfmtWhereItMust) {
  EXPECT_EQ(Value("plain"), "plain");
  EXPECT_EQ(Value(R"(C:\dir)"), R"("C:\\dir")");
  EXPECT_EQ(Value("gr\u00fc\u00dfe"), "gr\u00fc\u00dfe");
  EXPECT_EQ(Value(""), R"("")");
  EXPECT_EQ(Value("a b"), R"("a b")");
  EXPECT_EQ(Value("a=b"), R"("a=b")");
  EXPECT_EQ(Value("a\"b\\c"), R"("a\"b\\c")");
  EXPECT_EQ(Value("a\nb\tc\r"), R"("a\nb\tc\r")");
  EXPECT_EQ(Value("\x1b[31m\x7f\0"sv), R"("\x1b[31m\x7f\x00")");
  EXPECT_EQ(Value("\xff\xc3"), R"("\xff\xc3")");
  EXPECT_EQ(Value("\u202egnp.exe\u009b"), R"("\u202egnp.exe\u009b")");
}

TEST(LineEncoder, EscapesInJson) {
  EXPECT_THAT(Json("a\"\\/\n\x01\x7f\u2028"), HasSubstr(R"("msg":"a\"\\/\n\u0001\u007f\u2028")"));
  EXPECT_THAT(Json("bad \xff."), HasSubstr("\"msg\":\"bad \uFFFD.\""));
}

TEST(LineEncoder, WritesEveryNumber) {
  EXPECT_THAT(Logfmt("m", {{"n", std::numeric_limits<std::int64_t>::min()}}),
              EndsWith("n=-9223372036854775808"));
  EXPECT_THAT(Logfmt("m", {{"n", 1e300}}), EndsWith("n=1e+300"));
  const double inf = std::numeric_limits<double>::infinity();
  EXPECT_THAT(Json("m", {{"a", inf}, {"b", -inf}, {"c", std::nan("")}}),
              EndsWith(R"("a":"+Inf","b":"-Inf","c":"NaN"})"));
}

TEST(LineEncoder, KeepsKeysToKeyCharacters) {
  EXPECT_THAT(Logfmt("m", {{"a b=\"\n\xff", 1}}), EndsWith(" a_b____=1"));
  EXPECT_THAT(Json("m", {{"a\"b", 1}}), EndsWith(R"(,"a_b":1})"));
}

TEST(LineEncoder, CutsALongValueBetweenCharacters) {
  const std::string line =
      Logfmt("m", {{"x", std::string(900, 'x') + std::string(10'000, '\n')}, {"y", 1}});
  EXPECT_THAT(line, HasSubstr("\\n...\" y=1"));
  EXPECT_LT(line.size(), 1200U);
  for (std::size_t offset = 0; offset < 5; ++offset) {
    std::string text(1000 + offset, 'x');
    for (int i = 0; i < 20; ++i) text += "\U0001F600";
    EXPECT_TRUE(nlohmann::json::accept(Json("m", {{"x", text}})));
  }
}

TEST(LineEncoder, CutsALongLineAndSaysSo) {
  const std::string text(2000, 'x');
  for (const LogFormat format : {LogFormat::kLogfmt, LogFormat::kJson}) {
    LineEncoder line(format, LogLevel::kError, "l", text);
    for (int i = 0; i < 100; ++i) line.Add({"key", text});
    const std::string payload(line.payload());
    EXPECT_LE(payload.size(), LineEncoder::kMaxPayload);
    EXPECT_THAT(payload,
                HasSubstr(format == LogFormat::kJson ? ",\"truncated\":true" : " truncated=true"));
    EXPECT_EQ(payload.find("truncated"), payload.rfind("truncated"));
  }
}

// Whatever is logged: one line, valid JSON, within the limit.
TEST(LineEncoder, HoldsForRandomBytes) {
  std::mt19937 random(20261123);
  std::uniform_int_distribution<int> byte(0, 255);
  std::uniform_int_distribution<std::size_t> length(0, 1500);
  const auto text = [&] {
    std::string out(length(random), ' ');
    for (char& c : out) c = static_cast<char>(byte(random));
    return out;
  };
  for (int round = 0; round < 200; ++round) {
    const std::string a = text();
    const std::string b = text();
    const std::string c = text();
    const std::string json = Json(a, {{"b", b}, {"c", c}, {b, a}, {"n", 1}});
    ASSERT_TRUE(nlohmann::json::accept(json)) << testing::PrintToString(json);
    const std::string logfmt = Logfmt(a, {{"b", b}, {"c", c}, {b, a}, {"n", 1}});
    EXPECT_LE(json.size(), LineEncoder::kMaxPayload + 2);
    EXPECT_LE(logfmt.size(), LineEncoder::kMaxPayload);
    for (const std::string& line : {json, logfmt}) {
      for (const char each : line) EXPECT_GE(static_cast<unsigned char>(each), 0x20);
    }
  }
}

}  // namespace
}  // namespace hostpulse
