#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using testing::HasSubstr;

class WatchdogTest : public testing::Test {
 protected:
  void Write(const std::string& path, const std::string& content) {
    host_.WriteSys("class/watchdog/" + path, content + "\n");
  }

  HostTree host_;
};

TEST_F(WatchdogTest, ReportsEveryFile) {
  Write("watchdog0/access_cs0", "0");
  Write("watchdog0/bootstatus", "1");
  Write("watchdog0/fw_version", "2");
  Write("watchdog0/identity", "Software Watchdog");
  Write("watchdog0/nowayout", "0");
  Write("watchdog0/options", "0x8380");
  Write("watchdog0/pretimeout", "120");
  Write("watchdog0/pretimeout_governor", "noop");
  Write("watchdog0/state", "active");
  Write("watchdog0/status", "0x8000");
  Write("watchdog0/timeleft", "300");
  Write("watchdog0/timeout", "60");
  CollectorHarness watchdog("watchdog", host_);
  EXPECT_EQ(watchdog.Run(),
            "node_watchdog_access_cs0{name=\"watchdog0\"} 0\n"
            "node_watchdog_bootstatus{name=\"watchdog0\"} 1\n"
            "node_watchdog_fw_version{name=\"watchdog0\"} 2\n"
            "node_watchdog_info{identity=\"Software Watchdog\",name=\"watchdog0\","
            "options=\"0x8380\",pretimeout_governor=\"noop\",state=\"active\",status=\"0x8000\"} "
            "1\n"
            "node_watchdog_nowayout{name=\"watchdog0\"} 0\n"
            "node_watchdog_pretimeout_seconds{name=\"watchdog0\"} 120\n"
            "node_watchdog_timeleft_seconds{name=\"watchdog0\"} 300\n"
            "node_watchdog_timeout_seconds{name=\"watchdog0\"} 60\n");
  EXPECT_EQ(watchdog.status(), Status());
  EXPECT_EQ(watchdog.AllocationsOnceWarm(), 0U);
}

TEST_F(WatchdogTest, LeavesOutNumbersThatAreMissingAndKeepsEmptyLabels) {
  Write("watchdog0/identity", "a\xff");
  Write("watchdog1/timeout", "30");
  CollectorHarness watchdog("watchdog", host_);
  EXPECT_EQ(watchdog.Run(),
            "node_watchdog_info{identity=\"\",name=\"watchdog1\",options=\"\","
            "pretimeout_governor=\"\",state=\"\",status=\"\"} 1\n"
            "node_watchdog_info{identity=\"a\xef\xbf\xbd\",name=\"watchdog0\",options=\"\","
            "pretimeout_governor=\"\",state=\"\",status=\"\"} 1\n"
            "node_watchdog_timeout_seconds{name=\"watchdog1\"} 30\n");
  EXPECT_EQ(watchdog.AllocationsOnceWarm(), 0U);
}

TEST_F(WatchdogTest, SkipsAWatchdogThatLeftAfterItWasListed) {
  host_.LinkSys("class/watchdog/watchdog0", "../../devices/virtual/watchdog/watchdog0");
  CollectorHarness watchdog("watchdog", host_);
  EXPECT_EQ(watchdog.Run(), "");
  EXPECT_EQ(watchdog.status(), Status());
}

TEST_F(WatchdogTest, NamesABadNumberAndReportsTheRest) {
  Write("watchdog0/bootstatus", "0x20");
  Write("watchdog0/timeout", "30");
  CollectorHarness watchdog("watchdog", host_);
  EXPECT_THAT(watchdog.Run(), HasSubstr("node_watchdog_timeout_seconds{name=\"watchdog0\"} 30\n"));
  EXPECT_EQ(watchdog.status().code(), ErrorCode::kParse);
  EXPECT_THAT(watchdog.status().message(), HasSubstr("watchdog0/bootstatus"));
}

TEST_F(WatchdogTest, IsAbsentWithoutTheDirectory) {
  CollectorHarness watchdog("watchdog", host_);
  EXPECT_EQ(watchdog.Run(), "");
  EXPECT_EQ(watchdog.status().code(), ErrorCode::kAbsent);
  EXPECT_THAT(watchdog.status().message(), HasSubstr("class/watchdog"));
}

}  // namespace
}  // namespace hostpulse
