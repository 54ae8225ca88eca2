#include "collectors/task_stat.h"

#include <gtest/gtest.h>

#include <string>

namespace hostpulse::collectors {
namespace {

// Of a process with this name, as Linux 6 prints it.
std::string Stat(std::string_view name) {
  return "26231 (" + std::string(name) +
         ") R 5392 7446 5392 34835 7446 4218880 32533 309516 26 82 1677 44 158 99 20 0 3 0 82375 "
         "56274944 1981 18446744073709551615 4194304 6294284 140736914091744 140736914087944 "
         "139965136429984 0 0 12288 1870679807 0 0 0 17 0 0 0 31 0 0 8391624 8481048 16420864 "
         "140736914093252 140736914093279 140736914093279 140736914096107 0\n";
}

TEST(TaskStatTest, ReadsStateAndThreads) {
  const auto stat = ParseTaskStat(Stat("vim"));
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->state, 'R');
  EXPECT_EQ(stat->threads, 3U);
}

TEST(TaskStatTest, TakesAnyNameForAName) {
  for (const char* name : {"", " ", ")", "(", "((((", "))))", ") Z 1 (", ") S 1 1 1 1 1 1", "a\nb",
                           "\n) Z 5", "\xff\xfe", "tab\ttab", "(sd-pam)"}) {
    const auto stat = ParseTaskStat(Stat(name));
    ASSERT_TRUE(stat) << name;
    EXPECT_EQ(stat->state, 'R') << name;
    EXPECT_EQ(stat->threads, 3U) << name;
  }
}

TEST(TaskStatTest, DoesWithoutTheEnd) {
  const auto stat = ParseTaskStat("1 (init) S 0 1 1 0 -1 4 1 2 3 4 5 6 7 8 20 0 1");
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->state, 'S');
  EXPECT_EQ(stat->threads, 1U);
}

TEST(TaskStatTest, RefusesWhatIsNone) {
  for (const char* text :
       {"", "\n", "1", "1 (init", "1 (init)", "1 (init) ", "1 (init) S 0 1 1 0 -1 4 1 2 3 4 5 6 7",
        "1 (init) 5 0 1 1 0 -1 4 1 2 3 4 5 6 7 8 20 0 1",
        "1 (init) SS 0 1 1 0 -1 4 1 2 3 4 5 6 7 8 20 0 1",
        "1 (init) \xe9 0 1 1 0 -1 4 1 2 3 4 5 6 7 8 20 0 1",
        "1 (init) S 0 1 1 0 -1 4 1 2 3 4 5 6 7 8 20 0 -1",
        "1 (init) S 0 1 1 0 -1 4 1 2 3 4 5 6 7 8 20 0 18446744073709551616"}) {
    EXPECT_FALSE(ParseTaskStat(text)) << text;
  }
}

}  // namespace
}  // namespace hostpulse::collectors
