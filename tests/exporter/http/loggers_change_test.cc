#include "exporter/http/loggers_change.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace hostpulse::http {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

LevelChange Parsed(std::string_view body) {
  const Result<LevelChange> change = ParseLevelChange(body);
  EXPECT_TRUE(change.ok()) << body << ": " << change.status().message();
  return change.ok() ? *change : LevelChange{LogLevel::kTrace, 1ns};
}

std::string Error(std::string_view body) {
  const Result<LevelChange> change = ParseLevelChange(body);
  EXPECT_FALSE(change.ok()) << body;
  EXPECT_EQ(change.status().code(), ErrorCode::kInvalid);
  return change.status().message();
}

TEST(ParseLevelChange, TakesBothNamesOfTheLevel) {
  EXPECT_EQ(Parsed(R"({"configuredLevel":"debug"})").level, LogLevel::kDebug);
  EXPECT_EQ(Parsed(R"({"level":"WARN"})").level, LogLevel::kWarn);
  EXPECT_EQ(Parsed(R"( { "level" : "Fatal" } )").level, LogLevel::kError);
  EXPECT_EQ(Parsed(R"({"level":"false"})").level, LogLevel::kOff);
  EXPECT_EQ(Parsed(R"({"level":false})").level, LogLevel::kOff);
  EXPECT_EQ(Parsed(R"({"level":"info","configuredLevel":"INFO"})").level, LogLevel::kInfo);
  EXPECT_FALSE(Parsed(R"({"level":"info"})").lifetime);
}

TEST(ParseLevelChange, TakesWhatMeansToInherit) {
  for (const char* body : {"{}", R"({"configuredLevel":null})", R"({"level":""})",
                           R"({"level":null,"configuredLevel":""})", R"({"for":null})"}) {
    EXPECT_FALSE(Parsed(body).level) << body;
    EXPECT_FALSE(Parsed(body).lifetime) << body;
  }
}

TEST(ParseLevelChange, TakesALifetime) {
  EXPECT_EQ(Parsed(R"({"level":"debug","for":"10m"})").lifetime, 10min);
  EXPECT_EQ(Parsed(R"({"for":"1h30m","configuredLevel":"debug"})").lifetime, 90min);
}

TEST(ParseLevelChange, RejectsUnknownLevels) {
  EXPECT_THAT(Error(R"({"level":"loud"})"), HasSubstr("\"loud\""));
  EXPECT_THAT(Error(R"({"level":"loud"})"), HasSubstr("OFF, ERROR, WARN, INFO, DEBUG or TRACE"));
  EXPECT_THAT(Error(R"({"level":" debug"})"), HasSubstr("unknown log level"));
}

TEST(ParseLevelChange, RejectsOtherTypes) {
  EXPECT_THAT(Error(R"({"level":3})"), HasSubstr("\"level\" is a number"));
  EXPECT_THAT(Error(R"({"level":-1.5})"), HasSubstr("\"level\" is a number"));
  EXPECT_THAT(Error(R"({"level":true})"), HasSubstr("\"level\" is a boolean"));
  EXPECT_THAT(Error(R"({"level":["debug"]})"), HasSubstr("\"level\" is an array"));
  EXPECT_THAT(Error(R"({"level":{"level":"debug"}})"), HasSubstr("\"level\" is an object"));
  EXPECT_THAT(Error(R"(["debug"])"), HasSubstr("the body is an array"));
  EXPECT_THAT(Error(R"("debug")"), HasSubstr("the body is a string"));
  EXPECT_THAT(Error("null"), HasSubstr("the body is null"));
  EXPECT_THAT(Error("false"), HasSubstr("the body is a boolean"));
  EXPECT_THAT(Error("1e999"), HasSubstr("wanted an object like"));
}

TEST(ParseLevelChange, RejectsBrokenJson) {
  for (const std::string body :
       {"{", "{\"level\":\"debug\"", "{\"level\":}", "{'level':'debug'}", "{\"level\":\"debug\"}x",
        "{\"level\":\"debug\",}", "level=debug", "{\"level\":\"\xff\"}", "{}{}", "// {}"}) {
    EXPECT_THAT(Error(body), HasSubstr("not JSON")) << body;
  }
  for (const std::string& body : {std::string(), std::string(" \r\n"), std::string(1, '\0')}) {
    EXPECT_THAT(Error(body), HasSubstr("wanted an object like {\"configuredLevel\":\"DEBUG\"}"));
  }
}

TEST(ParseLevelChange, RejectsWhatIsDeepAtOnce) {
  EXPECT_THAT(Error(std::string(4096, '[')), HasSubstr("is an array"));
  std::string deep;
  for (int i = 0; i < 500; ++i) deep += "{\"level\":";
  EXPECT_THAT(Error(deep), HasSubstr("is an object"));
}

TEST(ParseLevelChange, RejectsAmbiguity) {
  EXPECT_THAT(Error(R"({"level":"INFO","level":"TRACE"})"), HasSubstr("\"level\" is given twice"));
  EXPECT_THAT(Error(R"({"level":"INFO","level":"INFO"})"), HasSubstr("given twice"));
  EXPECT_THAT(Error(R"({"level":"INFO","configuredLevel":"DEBUG"})"), HasSubstr("contradict"));
  EXPECT_THAT(Error(R"({"level":"INFO","configuredLevel":null})"), HasSubstr("contradict"));
}

TEST(ParseLevelChange, RejectsUnknownKeys) {
  EXPECT_THAT(Error(R"({"levl":"debug"})"), HasSubstr("\"levl\"; did you mean \"level\"?"));
  EXPECT_THAT(Error(R"({"Level":"debug"})"), HasSubstr("did you mean \"level\"?"));
  EXPECT_THAT(Error(R"({"effectiveLevel":"DEBUG"})"), HasSubstr("unknown key"));
}

TEST(ParseLevelChange, RejectsBadLifetimes) {
  for (const char* body : {R"({"level":"debug","for":10})", R"({"level":"debug","for":"10"})",
                           R"({"level":"debug","for":""})", R"({"level":"debug","for":"-1m"})",
                           R"({"level":"debug","for":"0s"})", R"({"level":"debug","for":"400y"})",
                           R"({"level":"debug","for":false})"}) {
    EXPECT_THAT(Error(body), HasSubstr("\"for\"")) << body;
  }
  EXPECT_THAT(Error(R"({"for":"10m"})"), HasSubstr("\"for\" needs a level"));
  EXPECT_THAT(Error(R"({"level":null,"for":"10m"})"), HasSubstr("\"for\" needs a level"));
}

}  // namespace
}  // namespace hostpulse::http
