#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using testing::HasSubstr;

class RaplTest : public testing::Test {
 protected:
  void AddZone(const std::string& zone, const std::string& name, const std::string& energy) {
    host_.WriteSys("class/powercap/" + zone + "/name", name + "\n");
    host_.WriteSys("class/powercap/" + zone + "/max_energy_range_uj", "262143328850\n");
    host_.WriteSys("class/powercap/" + zone + "/energy_uj", energy + "\n");
  }
  std::string Path(const std::string& zone) const {
    return host_.Path("sys/class/powercap/" + zone);
  }
  std::string Sample(const std::string& name, const std::string& index, const std::string& zone,
                     const std::string& value) const {
    return "node_rapl_" + name + "_joules_total{index=\"" + index + "\",path=\"" + Path(zone) +
           "\"} " + value + "\n";
  }

  HostTree host_;
};

TEST_F(RaplTest, ReportsZonesByNameAndIndex) {
  host_.WriteSys("class/powercap/intel-rapl/enabled", "1\n");
  AddZone("intel-rapl:0", "package-0", "240422366267");
  AddZone("intel-rapl:0:0", "core", "118821284256");
  AddZone("intel-rapl:0:1", "dram", "0");
  AddZone("intel-rapl:1", "package-1", "18446744073709551615");
  AddZone("intel-rapl:1:0", "core", "1");
  CollectorHarness rapl("rapl", host_);
  EXPECT_EQ(rapl.Run(), Sample("core", "0", "intel-rapl:0:0", "118821.284256") +
                            Sample("core", "1", "intel-rapl:1:0", "1e-06") +
                            Sample("dram", "0", "intel-rapl:0:1", "0") +
                            Sample("package", "0", "intel-rapl:0", "240422.366267") +
                            Sample("package", "1", "intel-rapl:1", "18446744073709.55"));
  EXPECT_EQ(rapl.status(), Status());
  EXPECT_EQ(rapl.AllocationsOnceWarm(), 0U);
}

TEST_F(RaplTest, NamesTheZoneInALabelOnRequest) {
  AddZone("intel-rapl:0", "package-0", "1000000");
  AddZone("intel-rapl:0:0", "c\xffre", "2000000");
  CollectorHarness rapl("rapl", host_, {{"collector.rapl.enable-zone-label", "true"}});
  EXPECT_EQ(rapl.Run(), "node_rapl_joules_total{index=\"0\",path=\"" + Path("intel-rapl:0") +
                            "\",rapl_zone=\"package\"} 1\n"
                            "node_rapl_joules_total{index=\"0\",path=\"" +
                            Path("intel-rapl:0:0") + "\",rapl_zone=\"c\xef\xbf\xbdre\"} 2\n");
  EXPECT_EQ(rapl.AllocationsOnceWarm(), 0U);
}

TEST_F(RaplTest, MakesAMetricNameOfAnyName) {
  AddZone("a", "package-0-die-1", "1000000");
  AddZone("b", "psys", "2000000");
  AddZone("c", "a_ (b)-\xff", "3000000");
  AddZone("d", "a__b", "4000000");
  CollectorHarness rapl("rapl", host_);
  EXPECT_EQ(rapl.Run(), Sample("a__b", "0", "d", "4") + Sample("a_b_", "0", "c", "3") +
                            Sample("package_0_die_1", "0", "a", "1") +
                            Sample("psys", "0", "b", "2"));
}

TEST_F(RaplTest, CountsOnFromAnIndexInTheName) {
  AddZone("a", "dram-2", "1000000");
  AddZone("b", "dram", "2000000");
  CollectorHarness rapl("rapl", host_);
  EXPECT_EQ(rapl.Run(), Sample("dram", "2", "a", "1") + Sample("dram", "3", "b", "2"));
}

TEST_F(RaplTest, FollowsTheCounterAndTheName) {
  AddZone("a", "core", "1000000");
  CollectorHarness rapl("rapl", host_);
  EXPECT_EQ(rapl.Run(), Sample("core", "0", "a", "1"));
  AddZone("a", "uncore", "2000000");
  EXPECT_EQ(rapl.Run(), Sample("uncore", "0", "a", "2"));
}

TEST_F(RaplTest, SkipsAZoneWithoutACounterOfEnergy) {
  host_.WriteSys("class/powercap/a/name", "core\n");
  AddZone("b", "core", "1000000");
  CollectorHarness rapl("rapl", host_);
  EXPECT_EQ(rapl.Run(), Sample("core", "1", "b", "1"));
  EXPECT_EQ(rapl.status(), Status());
}

TEST_F(RaplTest, NamesABadNumberAndReportsTheRest) {
  AddZone("a", "core", "-1");
  AddZone("b", "core", "1000000");
  CollectorHarness rapl("rapl", host_);
  EXPECT_EQ(rapl.Run(), Sample("core", "1", "b", "1"));
  EXPECT_EQ(rapl.status().code(), ErrorCode::kParse);
  EXPECT_THAT(rapl.status().message(), HasSubstr("a/energy_uj"));
}

TEST_F(RaplTest, SaysWhichCounterCannotBeRead) {
  AddZone("b", "core", "1000000");
  host_.WriteSys("class/powercap/a/name", "package-0\n");
  host_.LinkSys("class/powercap/a/energy_uj", "/proc/self/mem");  // EIO.
  CollectorHarness rapl("rapl", host_);
  EXPECT_EQ(rapl.Run(), Sample("core", "0", "b", "1"));
  EXPECT_EQ(rapl.status().code(), ErrorCode::kIo);
  EXPECT_THAT(rapl.status().message(), HasSubstr("a/energy_uj"));
}

TEST_F(RaplTest, IsAbsentWithoutTheDirectory) {
  CollectorHarness rapl("rapl", host_);
  EXPECT_EQ(rapl.Run(), "");
  EXPECT_EQ(rapl.status().code(), ErrorCode::kAbsent);
  EXPECT_THAT(rapl.status().message(), HasSubstr("class/powercap"));
}

}  // namespace
}  // namespace hostpulse
