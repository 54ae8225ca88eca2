#include <gtest/gtest.h>

#include <string>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

class BondingTest : public testing::Test {
 protected:
  void WriteMasters(std::string_view names) { host_.WriteSys("class/net/bonding_masters", names); }
  void WriteSlaves(const std::string& bond, std::string_view names) {
    host_.WriteSys("class/net/" + bond + "/bonding/slaves", names);
  }
  // `slave` with the prefix of the link: "lower_eth0".
  void WriteState(const std::string& bond, const std::string& slave, std::string_view state) {
    host_.WriteSys("class/net/" + bond + "/" + slave + "/bonding_slave/mii_status", state);
  }

  HostTree host_;
  CollectorHarness bonding_{"bonding", host_};
};

TEST_F(BondingTest, CountsTheSlavesOfEachBondAndThoseThatAreUp) {
  WriteMasters("bond0 dmz int\n");
  WriteSlaves("bond0", "\n");
  WriteSlaves("dmz", "eth0 eth4 \n");
  WriteState("dmz", "lower_eth0", "up\n");
  WriteState("dmz", "lower_eth4", "up\n");
  WriteSlaves("int", "eth5 eth1 \n");
  WriteState("int", "lower_eth5", "down\n");
  WriteState("int", "lower_eth1", "up\n");
  EXPECT_EQ(bonding_.Run(),
            "node_bonding_active{master=\"bond0\"} 0\n"
            "node_bonding_active{master=\"dmz\"} 2\n"
            "node_bonding_active{master=\"int\"} 1\n"
            "node_bonding_slaves{master=\"bond0\"} 0\n"
            "node_bonding_slaves{master=\"dmz\"} 2\n"
            "node_bonding_slaves{master=\"int\"} 2\n");
  EXPECT_EQ(bonding_.status(), Status());
  EXPECT_EQ(bonding_.AllocationsOnceWarm(), 0U);
}

TEST_F(BondingTest, KnowsTheNameThatOldKernelsHaveForTheLink) {
  WriteMasters("bond0\n");
  WriteSlaves("bond0", "eth0 eth1 \n");
  WriteState("bond0", "slave_eth0", "up\n");
  WriteState("bond0", "slave_eth1", "down\n");
  EXPECT_EQ(bonding_.Run(),
            "node_bonding_active{master=\"bond0\"} 1\n"
            "node_bonding_slaves{master=\"bond0\"} 2\n");
}

TEST_F(BondingTest, FollowsALinkThatFails) {
  WriteMasters("bond0\n");
  WriteSlaves("bond0", "eth0\n");
  WriteState("bond0", "lower_eth0", "up\n");
  EXPECT_EQ(bonding_.Run().find("node_bonding_active{master=\"bond0\"} 1\n"), 0U);
  WriteState("bond0", "lower_eth0", "going down\n");
  EXPECT_EQ(bonding_.Run().find("node_bonding_active{master=\"bond0\"} 0\n"), 0U);
}

TEST_F(BondingTest, CallsASlaveThatHasJustLeftNotActive) {
  WriteMasters("bond0\n");
  WriteSlaves("bond0", "eth0 eth1\n");
  WriteState("bond0", "lower_eth0", "up\n");
  EXPECT_EQ(bonding_.Run(),
            "node_bonding_active{master=\"bond0\"} 1\n"
            "node_bonding_slaves{master=\"bond0\"} 2\n");
  EXPECT_EQ(bonding_.status(), Status());
}

TEST_F(BondingTest, SkipsABondThatLeavesAndSeesOneThatComes) {
  bonding_.KeepDescriptors(0);
  WriteMasters("bond0 bond1\n");
  WriteSlaves("bond0", "\n");
  EXPECT_EQ(bonding_.Run(),
            "node_bonding_active{master=\"bond0\"} 0\n"
            "node_bonding_slaves{master=\"bond0\"} 0\n");
  EXPECT_EQ(bonding_.status(), Status());
  WriteMasters("bond1\n");
  WriteSlaves("bond1", "eth0\n");
  WriteState("bond1", "lower_eth0", "up\n");
  EXPECT_EQ(bonding_.Run(),
            "node_bonding_active{master=\"bond1\"} 1\n"
            "node_bonding_slaves{master=\"bond1\"} 1\n");
}

TEST_F(BondingTest, ReplacesTheBytesOfANameThatAreNoUtf8) {
  WriteMasters("b\xff\n");
  WriteSlaves("b\xff", "\n");
  EXPECT_EQ(bonding_.Run(),
            "node_bonding_active{master=\"b\xef\xbf\xbd\"} 0\n"
            "node_bonding_slaves{master=\"b\xef\xbf\xbd\"} 0\n");
}

TEST_F(BondingTest, IsFineWithoutBondsAndAbsentWithoutTheDriver) {
  WriteMasters("\n");
  EXPECT_EQ(bonding_.Run(), "");
  EXPECT_EQ(bonding_.status(), Status());
  HostTree bare;
  CollectorHarness absent("bonding", bare);
  EXPECT_EQ(absent.Run(), "");
  EXPECT_EQ(absent.status().code(), ErrorCode::kAbsent);
}

}  // namespace
}  // namespace hostpulse
