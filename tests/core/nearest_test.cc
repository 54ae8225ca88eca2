#include "core/nearest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hostpulse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::vector<std::string> kNames = {"ROOT", "collector", "collector.cpu", "collector.cpufreq",
                                         "http", "push",      "push.primary",  "queue",
                                         "no"};

TEST(NearestNames, ForgivesAFewWrongLetters) {
  EXPECT_THAT(NearestNames("quue", kNames), ElementsAre("queue"));
  EXPECT_THAT(NearestNames("qeuue", kNames), ElementsAre("queue"));
  EXPECT_THAT(NearestNames("pus", kNames), ElementsAre("push"));
  EXPECT_THAT(NearestNames("htttp", kNames), ElementsAre("http"));
  EXPECT_THAT(NearestNames("collector.cup", kNames), ElementsAre("collector.cpu"));
}

TEST(NearestNames, ForgivesCase) {
  EXPECT_THAT(NearestNames("root", kNames), ElementsAre("ROOT"));
  EXPECT_THAT(NearestNames("Collector.CPU", kNames, 1), ElementsAre("collector.cpu"));
}

TEST(NearestNames, KnowsTheLastPartOfAName) {
  EXPECT_THAT(NearestNames("cpu", kNames), ElementsAre("collector.cpu"));
  EXPECT_THAT(NearestNames("primery", kNames), ElementsAre("push.primary"));
}

TEST(NearestNames, SaysNothingWhereNothingIsNear) {
  EXPECT_THAT(NearestNames("zebra", kNames), IsEmpty());
  EXPECT_THAT(NearestNames("", kNames), IsEmpty());
  EXPECT_THAT(NearestNames("x", kNames), IsEmpty());
  EXPECT_THAT(NearestNames(std::string(1'000'000, 'q'), kNames), IsEmpty());
  EXPECT_THAT(NearestNames("queue", {}), IsEmpty());
}

TEST(NearestNames, GivesTheBestFirstAndNoMoreThanAsked) {
  const std::vector<std::string> names = {"aaaaaabb", "aaaaaaab", "aaaaaaaa"};
  EXPECT_THAT(NearestNames("aaaaaaaa", names), ElementsAre("aaaaaaaa", "aaaaaaab", "aaaaaabb"));
  EXPECT_THAT(NearestNames("aaaaaaaa", names, 1), ElementsAre("aaaaaaaa"));
}

TEST(DidYouMean, ReadsAsASentence) {
  EXPECT_EQ(DidYouMean("quue", kNames), "; did you mean \"queue\"?");
  EXPECT_EQ(DidYouMean("zebra", kNames), "");
  const std::vector<std::string> two = {"ab", "ac"};
  EXPECT_EQ(DidYouMean("aa", two), "; did you mean \"ab\" or \"ac\"?");
}

}  // namespace
}  // namespace hostpulse
