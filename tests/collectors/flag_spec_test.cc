#include "collectors/flag_spec.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hostpulse::collectors {
namespace {

Status Check(FlagType type, std::string_view value) {
  return CheckFlagValue({.name = "collector.x.y", .type = type}, value);
}

TEST(CheckFlagValueTest, AcceptsWhatFitsTheType) {
  EXPECT_EQ(Check(FlagType::kString, "any\nthing"), Status());
  EXPECT_EQ(Check(FlagType::kRegex, "^(a|b)$"), Status());
  EXPECT_EQ(Check(FlagType::kBool, "true"), Status());
  EXPECT_EQ(Check(FlagType::kBool, "false"), Status());
  EXPECT_EQ(Check(FlagType::kInt, "-4"), Status());
  EXPECT_EQ(Check(FlagType::kFloat, "0.5"), Status());
  EXPECT_EQ(Check(FlagType::kDuration, "3.46608s"), Status());
}

TEST(CheckFlagValueTest, SaysWhichFlagIsWrongAndWhatIsAccepted) {
  EXPECT_EQ(Check(FlagType::kBool, "yes").message(),
            "--collector.x.y=yes: accepted is true or false");
  EXPECT_EQ(Check(FlagType::kInt, "4.5").message(),
            "--collector.x.y=4.5: accepted is a whole number");
  EXPECT_EQ(Check(FlagType::kFloat, "x").message(), "--collector.x.y=x: accepted is a number");
  for (const FlagType type : {FlagType::kRegex, FlagType::kDuration}) {
    const Status status = Check(type, "(");
    EXPECT_EQ(status.code(), ErrorCode::kInvalid);
    EXPECT_TRUE(status.message().starts_with("--collector.x.y: ")) << status.message();
  }
}

TEST(FlagValuesTest, GivesValuesByType) {
  FlagValues flags;
  flags.Set("s", {"text"});
  flags.Set("b", {"true"});
  flags.Set("i", {"-4"});
  flags.Set("f", {"0.5"});
  flags.Set("d", {"1m30s"});
  flags.Set("list", {"a", "b"});
  EXPECT_EQ(flags.String("s"), "text");
  EXPECT_TRUE(flags.Bool("b"));
  EXPECT_EQ(flags.Int("i"), -4);
  EXPECT_EQ(flags.Float("f"), 0.5);
  EXPECT_EQ(flags.Duration("d"), std::chrono::seconds(90));
  EXPECT_EQ(flags.Strings("list"), (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(flags.Has("s"));
  EXPECT_FALSE(flags.Has("missing"));
  flags.Set("s", {"new"});
  EXPECT_EQ(flags.String("s"), "new");
}

TEST(FlagValuesDeathTest, AbortsOnMistakesOfTheProgram) {
  FlagValues flags;
  flags.Set("list", {"a", "b"});
  flags.Set("i", {"x"});
  EXPECT_DEATH((void)flags.String("missing"), "--missing: no collector has it");
  EXPECT_DEATH((void)flags.String("list"), "--list: it has not one value");
  EXPECT_DEATH((void)flags.Int("i"), "--i: its value was not checked");
}

}  // namespace
}  // namespace hostpulse::collectors
