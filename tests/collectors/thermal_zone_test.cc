#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using testing::HasSubstr;

class ThermalZoneTest : public testing::Test {
 protected:
  void Write(const std::string& path, const std::string& content) {
    host_.WriteSys("class/thermal/" + path, content + "\n");
  }
  void AddZone(const std::string& number, const std::string& type, const std::string& temp) {
    Write("thermal_zone" + number + "/type", type);
    Write("thermal_zone" + number + "/temp", temp);
  }
  void AddCoolingDevice(const std::string& number, const std::string& cur, const std::string& max) {
    Write("cooling_device" + number + "/type", "Processor");
    Write("cooling_device" + number + "/cur_state", cur);
    Write("cooling_device" + number + "/max_state", max);
  }

  HostTree host_;
};

TEST_F(ThermalZoneTest, ReportsZonesAndCoolingDevices) {
  AddZone("0", "bcm2835_thermal", "49925");
  AddZone("11", "acpitz", "-44000");
  AddCoolingDevice("0", "-1", "50");
  AddCoolingDevice("3", "1", "10");
  CollectorHarness thermal_zone("thermal_zone", host_);
  EXPECT_EQ(thermal_zone.Run(),
            "node_cooling_device_cur_state{name=\"0\",type=\"Processor\"} -1\n"
            "node_cooling_device_cur_state{name=\"3\",type=\"Processor\"} 1\n"
            "node_cooling_device_max_state{name=\"0\",type=\"Processor\"} 50\n"
            "node_cooling_device_max_state{name=\"3\",type=\"Processor\"} 10\n"
            "node_thermal_zone_temp{type=\"acpitz\",zone=\"11\"} -44\n"
            "node_thermal_zone_temp{type=\"bcm2835_thermal\",zone=\"0\"} 49.925\n");
  EXPECT_EQ(thermal_zone.status(), Status());
  EXPECT_EQ(thermal_zone.AllocationsOnceWarm(), 0U);
}

TEST_F(ThermalZoneTest, FollowsTheTemperature) {
  AddZone("0", "acpitz", "1000");
  CollectorHarness thermal_zone("thermal_zone", host_);
  thermal_zone.Run();
  AddZone("0", "acpitz", "2000");
  EXPECT_EQ(thermal_zone.Run(), "node_thermal_zone_temp{type=\"acpitz\",zone=\"0\"} 2\n");
}

TEST_F(ThermalZoneTest, SkipsWhatHasNoValueOrLeft) {
  AddZone("0", "acpitz", "1000");
  Write("thermal_zone1/type", "iwlwifi");  // Reading its temperature fails while it is down.
  host_.LinkSys("class/thermal/thermal_zone1/temp", "/proc/self/mem");
  host_.LinkSys("class/thermal/thermal_zone2", "../../devices/virtual/thermal/thermal_zone2");
  host_.LinkSys("class/thermal/cooling_device0", "../../devices/virtual/thermal/cooling_device0");
  Write("cooling_device1/type", "Fan");
  Write("cooling_device1/max_state", "1");
  Write("thermal_message/type", "x");
  CollectorHarness thermal_zone("thermal_zone", host_);
  EXPECT_EQ(thermal_zone.Run(),
            "node_cooling_device_max_state{name=\"1\",type=\"Fan\"} 1\n"
            "node_thermal_zone_temp{type=\"acpitz\",zone=\"0\"} 1\n");
  EXPECT_EQ(thermal_zone.status(), Status());
  EXPECT_EQ(thermal_zone.AllocationsOnceWarm(), 0U);
}

TEST_F(ThermalZoneTest, NamesABadNumberAndReportsTheRest) {
  AddZone("0", "acpitz", "warm");
  AddZone("1", "acpitz", "99999999999999999999");
  AddZone("2", "acpitz", "2000");
  CollectorHarness thermal_zone("thermal_zone", host_);
  EXPECT_EQ(thermal_zone.Run(), "node_thermal_zone_temp{type=\"acpitz\",zone=\"2\"} 2\n");
  EXPECT_EQ(thermal_zone.status().code(), ErrorCode::kParse);
  EXPECT_THAT(thermal_zone.status().message(), HasSubstr("thermal_zone0/temp"));
  EXPECT_THAT(thermal_zone.status().message(), HasSubstr("warm"));
}

TEST_F(ThermalZoneTest, ReplacesBytesOfATypeThatAreNotUtf8) {
  AddZone("0", "a\xff", "1000");
  CollectorHarness thermal_zone("thermal_zone", host_);
  EXPECT_EQ(thermal_zone.Run(), "node_thermal_zone_temp{type=\"a\xef\xbf\xbd\",zone=\"0\"} 1\n");
}

TEST_F(ThermalZoneTest, IsFineOnAHostWithoutThermalZones) {
  CollectorHarness thermal_zone("thermal_zone", host_);
  EXPECT_EQ(thermal_zone.Run(), "");
  EXPECT_EQ(thermal_zone.status(), Status());
}

}  // namespace
}  // namespace hostpulse
