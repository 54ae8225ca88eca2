#include <gtest/gtest.h>
#include <time.h>

#include <cstdlib>
#include <optional>
#include <string>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

// Runs a test in another zone; written out, so that no zone file is needed.
class ZoneScope {
 public:
  explicit ZoneScope(const char* zone) {
    if (const char* before = std::getenv("TZ")) before_ = before;
    ::setenv("TZ", zone, 1);
    ::tzset();
  }
  ~ZoneScope() {
    if (before_) {
      ::setenv("TZ", before_->c_str(), 1);
    } else {
      ::unsetenv("TZ");
    }
    ::tzset();
  }

 private:
  std::optional<std::string> before_;
};

class TimeTest : public testing::Test {
 protected:
  TimeTest() { time_.clock().SetWall(WallTime(std::chrono::milliseconds(1'700'000'000'500))); }
  void WriteClocksources() {
    Write("clocksource0/available_clocksource", "tsc hpet acpi_pm \n");
    Write("clocksource0/current_clocksource", "tsc\n");
  }
  void Write(const std::string& path, const char* text) {
    host_.WriteSys("devices/system/clocksource/" + path, text);
  }

  HostTree host_;
  CollectorHarness time_{"time", host_};
};

TEST_F(TimeTest, HasTheClockTheZoneAndTheClocksources) {
  const ZoneScope zone("IST-5:30");
  WriteClocksources();
  EXPECT_EQ(time_.Run(),
            "node_time_clocksource_available_info{clocksource=\"acpi_pm\",device=\"0\"} 1\n"
            "node_time_clocksource_available_info{clocksource=\"hpet\",device=\"0\"} 1\n"
            "node_time_clocksource_available_info{clocksource=\"tsc\",device=\"0\"} 1\n"
            "node_time_clocksource_current_info{clocksource=\"tsc\",device=\"0\"} 1\n"
            "node_time_seconds 1700000000.5\n"
            "node_time_zone_offset_seconds{time_zone=\"IST\"} 19800\n");
  EXPECT_TRUE(time_.status().ok());
}

TEST_F(TimeTest, FollowsDaylightSavingTime) {
  const ZoneScope zone("CET-1CEST,M3.5.0,M10.5.0/3");
  EXPECT_NE(time_.Run().find("{time_zone=\"CET\"} 3600\n"), std::string::npos);
  time_.clock().SetWall(WallTime(std::chrono::seconds(1'720'000'000)));
  EXPECT_NE(time_.Run().find("{time_zone=\"CEST\"} 7200\n"), std::string::npos);
}

TEST_F(TimeTest, TakesAChangedClocksourceAndOneThatLeft) {
  const ZoneScope zone("UTC0");
  time_.KeepDescriptors(0);
  WriteClocksources();
  Write("clocksource2/available_clocksource", "other\n");
  Write("clocksource2/current_clocksource", "other\n");
  EXPECT_NE(time_.Run().find("_current_info{clocksource=\"other\",device=\"1\"}"),
            std::string::npos);

  Write("clocksource0/current_clocksource", "hpet\n");
  host_.Remove("sys/devices/system/clocksource/clocksource2");
  const std::string text = time_.Run();
  EXPECT_NE(text.find("_current_info{clocksource=\"hpet\",device=\"0\"}"), text.npos) << text;
  EXPECT_EQ(text.find("device=\"1\""), text.npos) << text;
}

TEST_F(TimeTest, NeedsNoClocksources) {
  const ZoneScope zone("UTC0");
  EXPECT_EQ(time_.Run(),
            "node_time_seconds 1700000000.5\nnode_time_zone_offset_seconds{time_zone=\"UTC\"} 0\n");
  EXPECT_TRUE(time_.status().ok()) << time_.status().message();
}

TEST_F(TimeTest, SaysWhichFileOfAClocksourceIsMissing) {
  Write("clocksource0/available_clocksource", "tsc\n");
  EXPECT_NE(time_.Run().find("node_time_seconds"), std::string::npos) << "the rest is there";
  EXPECT_EQ(time_.status().code(), ErrorCode::kAbsent);
  EXPECT_NE(time_.status().message().find("clocksource0/current_clocksource"), std::string::npos);
}

TEST_F(TimeTest, AllocatesNothingOnceWarm) {
  WriteClocksources();
  EXPECT_EQ(time_.AllocationsOnceWarm(), 0u);
}

}  // namespace
}  // namespace hostpulse
