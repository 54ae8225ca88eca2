#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using testing::HasSubstr;

TEST(SoftirqsTest, ReportsEveryTypeOfEveryCpu) {
  HostTree host;
  host.WriteProc("softirqs",
                 "                    CPU0       CPU1       \n"
                 "          HI:          7          1\n"
                 "       TIMER:     424191 4294967295\n"
                 "    IRQ_POLL:          0          0\n");
  CollectorHarness softirqs("softirqs", host);
  EXPECT_EQ(softirqs.Run(),
            "node_softirqs_functions_total{cpu=\"0\",type=\"HI\"} 7\n"
            "node_softirqs_functions_total{cpu=\"0\",type=\"IRQ_POLL\"} 0\n"
            "node_softirqs_functions_total{cpu=\"0\",type=\"TIMER\"} 424191\n"
            "node_softirqs_functions_total{cpu=\"1\",type=\"HI\"} 1\n"
            "node_softirqs_functions_total{cpu=\"1\",type=\"IRQ_POLL\"} 0\n"
            "node_softirqs_functions_total{cpu=\"1\",type=\"TIMER\"} 4294967295\n");
  EXPECT_EQ(softirqs.status(), Status());
  EXPECT_EQ(softirqs.AllocationsOnceWarm(), 0U);
}

TEST(SoftirqsTest, DropsACpuThatLeft) {
  HostTree host;
  host.WriteProc("softirqs", " CPU0 CPU1\n  RCU: 1 2\n");
  CollectorHarness softirqs("softirqs", host);
  softirqs.Run();
  host.WriteProc("softirqs", " CPU1\n  RCU: 3\n");
  EXPECT_EQ(softirqs.Run(), "node_softirqs_functions_total{cpu=\"1\",type=\"RCU\"} 3\n");
}

TEST(SoftirqsTest, NamesTheLineThatIsWrong) {
  for (const std::string bad : {"RCU 1 2", "RCU: 1", "RCU: 1 x", "RCU: 1 -2"}) {
    HostTree host;
    host.WriteProc("softirqs", " CPU0 CPU1\n HI: 4 5\n" + bad + "\n");
    CollectorHarness softirqs("softirqs", host);
    softirqs.Run();
    EXPECT_EQ(softirqs.status().code(), ErrorCode::kParse) << bad;
    EXPECT_THAT(softirqs.status().message(), HasSubstr("proc/softirqs: cannot parse "));
    EXPECT_THAT(softirqs.status().message(), HasSubstr("in \"" + bad + "\""));
  }
}

TEST(SoftirqsTest, NeedsAHeading) {
  HostTree host;
  host.WriteProc("softirqs", "");
  CollectorHarness softirqs("softirqs", host);
  EXPECT_EQ(softirqs.Run(), "");
  EXPECT_EQ(softirqs.status().code(), ErrorCode::kParse);
}

TEST(SoftirqsTest, IsAbsentWithoutTheFile) {
  HostTree host;
  CollectorHarness softirqs("softirqs", host);
  EXPECT_EQ(softirqs.Run(), "");
  EXPECT_EQ(softirqs.status().code(), ErrorCode::kAbsent);
}

}  // namespace
}  // namespace hostpulse
