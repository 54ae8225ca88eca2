#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "collectors/mdstat.h"
#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using collectors::MdArray;
using collectors::MdState;
using testing::HasSubstr;
using testing::Not;

// The arrays of a text by their names.
std::map<std::string, MdArray> Parse(std::string_view text, Status* status = nullptr) {
  std::map<std::string, MdArray> arrays;
  const Status parsed = collectors::ParseMdstat(
      text, "mdstat", [&](const MdArray& array) { arrays[std::string(array.name)] = array; });
  if (status != nullptr) {
    *status = parsed;
  } else {
    EXPECT_EQ(parsed, Status());
  }
  return arrays;
}

// "state blocks_synced/blocks active/required failed spare"
std::string Describe(const MdArray& array) {
  static const std::map<MdState, std::string> kNames = {
      {MdState::kActive, "active"}, {MdState::kInactive, "inactive"},
      {MdState::kCheck, "check"},   {MdState::kRecovering, "recovering"},
      {MdState::kResync, "resync"}, {MdState::kOther, "other"}};
  return kNames.at(array.state) + " " + std::to_string(array.blocks_synced) + "/" +
         std::to_string(array.blocks) + " " + std::to_string(array.disks_active) + "/" +
         std::to_string(array.disks_required) + " " + std::to_string(array.disks_failed) + "F " +
         std::to_string(array.disks_spare) + "S";
}

TEST(MdstatTest, UnderstandsEveryKindOfArray) {
  const auto arrays = Parse(
      "Personalities : [linear] [raid0] [raid1] [raid6] [raid5] [raid4] [raid10] [faulty] \n"
      "md0 : active raid1 sdi1[0] sdj1[1](W)\n"
      "      248896 blocks [2/2] [UU]\n"
      "      \n"
      "md1 : active raid0 sda1[0] sdb1[1]\n"
      "      3886394368 blocks super 1.2 512k chunks\n"
      "      \n"
      "md2 : active linear sda1[1] sdb1[0]\n"
      "      2095104 blocks super 1.2 0k rounding\n"
      "      \n"
      "md3 : active raid6 sda1[8] sdh1[7] sdg1[6] sdf1[5] sde1[11] sdd1[3] sdc1[10] sdb1[9] "
      "sdd1[10](S) sdd2[11](S)\n"
      "      5853468288 blocks super 1.2 level 6, 64k chunk, algorithm 2 [8/8] [UUUUUUUU]\n"
      "      bitmap: 0/30 pages [0KB], 65536KB chunk\n"
      "\n"
      "md4 : active raid10 sdd1[3] sdc1[2] sdb1[1](F) sda1[0]\n"
      "      314159265 blocks super 1.2 512K chunks 2 near-copies [4/3] [U_UU]\n"
      "      \n"
      "md5 : active (auto-read-only) raid5 sdc1[3](J) sdb1[1] sda1[0]\n"
      "      10 blocks super 1.2 level 5, 512k chunk, algorithm 2 [3/2] [UU_]\n"
      "      \n"
      "md6 : active (read-only) raid0 sdb[2] sdd[1] sdc[0]\n"
      "      322560 blocks super 1.2 512k chunks\n"
      "      \n"
      "md7 : active faulty sda2[0]\n"
      "      1000 blocks nfaults=0\n"
      "      \n"
      "md8 : broken raid1 sda3[0](F)\n"
      "      20 blocks super 1.2 [2/0] [__]\n"
      "      \n"
      "md_home : active raid1 sdb9[1] sda9[0]\n"
      "      18446744073709551615 blocks super 1.2 [2/2] [UU]\n"
      "      \n"
      "unused devices: <none>\n");
  EXPECT_EQ(arrays.size(), 10U);
  EXPECT_EQ(Describe(arrays.at("md0")), "active 248896/248896 2/2 0F 0S");
  EXPECT_EQ(Describe(arrays.at("md1")), "active 3886394368/3886394368 2/2 0F 0S");
  EXPECT_EQ(Describe(arrays.at("md2")), "active 2095104/2095104 2/2 0F 0S");
  EXPECT_EQ(Describe(arrays.at("md3")), "active 5853468288/5853468288 8/8 0F 2S");
  EXPECT_EQ(Describe(arrays.at("md4")), "active 314159265/314159265 3/4 1F 0S");
  EXPECT_EQ(Describe(arrays.at("md5")), "active 10/10 2/3 0F 0S");
  EXPECT_EQ(Describe(arrays.at("md6")), "active 322560/322560 3/3 0F 0S");
  EXPECT_EQ(Describe(arrays.at("md7")), "active 1000/1000 1/1 0F 0S");
  EXPECT_EQ(Describe(arrays.at("md8")), "other 20/20 0/2 1F 0S");
  EXPECT_EQ(arrays.at("md_home").blocks, 18446744073709551615U);
}

TEST(MdstatTest, UnderstandsExternalMetadataAndInactiveArrays) {
  const auto arrays = Parse(
      "Personalities : \n"
      "md126 : active raid1 nvme1n1[1] nvme0n1[0]\n"
      "      390711296 blocks super external:/md127/0 [2/2] [UU]\n"
      "      \n"
      "md127 : inactive nvme1n1[1](S) nvme0n1[0](S)\n"
      "      10402 blocks super external:imsm\n"
      "       \n"
      "md4 : inactive raid1 sda3[0](F) sdb3[1](S)\n"
      "      4883648 blocks [2/2] [UU]\n"
      "\n"
      "unused devices: <none>\n");
  EXPECT_EQ(Describe(arrays.at("md126")), "active 390711296/390711296 2/2 0F 0S");
  EXPECT_EQ(Describe(arrays.at("md127")), "inactive 10402/10402 0/0 0F 2S");
  EXPECT_EQ(Describe(arrays.at("md4")), "inactive 4883648/4883648 0/0 1F 1S");
}

TEST(MdstatTest, UnderstandsHowFarASynchronisationIs) {
  const auto progress = [](const std::string& line) {
    const auto arrays = Parse(
        "md0 : active raid1 sdb2[2] sda2[0]\n"
        "      195310144 blocks [2/1] [U_]\n" +
        line +
        "\n"
        "      bitmap: 1/2 pages [4KB], 65536KB chunk, file: /check/recovery\n\n");
    return Describe(arrays.at("md0"));
  };
  EXPECT_EQ(progress("      [=>...................]  recovery =  8.5% (16775552/195310144) "
                     "finish=17.0min speed=259783K/sec"),
            "recovering 16775552/195310144 1/2 0F 0S");
  EXPECT_EQ(progress("      [>....................]  resync =  0.1% (200000/195310144) "
                     "finish=99.0min speed=33440K/sec"),
            "resync 200000/195310144 1/2 0F 0S");
  EXPECT_EQ(progress("      [>....................]  check =  5.7% (114176/195310144) "
                     "finish=0.2min speed=114176K/sec"),
            "check 114176/195310144 1/2 0F 0S");
  EXPECT_EQ(progress("      [>....................]  reshape =  5.8% (11/195310144) "
                     "finish=0.2min speed=114176K/sec"),
            "other 11/195310144 1/2 0F 0S");
  EXPECT_EQ(progress("      \tresync=DELAYED"), "resync 0/195310144 1/2 0F 0S");
  EXPECT_EQ(progress("      \tresync=PENDING"), "resync 0/195310144 1/2 0F 0S");
  EXPECT_EQ(progress("      \tresync=REMOTE"), "resync 0/195310144 1/2 0F 0S");
  EXPECT_EQ(progress("      \trecovery=DELAYED"), "recovering 0/195310144 1/2 0F 0S");
  EXPECT_EQ(progress("      "), "active 195310144/195310144 1/2 0F 0S");
}

TEST(MdstatTest, PassesOverWhatItDoesNotUnderstandAndNamesTheFirst) {
  Status status;
  const auto arrays = Parse(
      "md0 : active raid1 sdb2[2] sda2[0]\n"
      "      many blocks [2/1] [U_]\n"
      "\n"
      "md1 : active raid1 sdb2[2] sda2[0]\n"
      "      100 blocks without disks\n"
      "\n"
      "md2 : active raid1 sdb2[2] sda2[0]\n"
      "      100 blocks [2/2] [UU]\n"
      "      [>....] recovery = 5%\n"
      "\n"
      "md3 : active raid1 sdb2[2] sda2[0]\n"
      "nonsense\n"
      "md4 : active raid1 sdb2[2] sda2[0]\n"
      "      99999999999999999999 blocks [2/2] [UU]\n"
      "md5 : active raid1 sdb2[2] sda2[0]\n"
      "      100 blocks [2/2] [UU]",
      &status);
  EXPECT_EQ(arrays.size(), 1U);
  EXPECT_TRUE(arrays.contains("md5"));
  EXPECT_EQ(status.code(), ErrorCode::kParse);
  EXPECT_EQ(status.message(), "mdstat: cannot parse md0 in \"      many blocks [2/1] [U_]\"");
  Parse("nonsense\n", &status);
  EXPECT_EQ(status.message(), "mdstat: cannot parse array in \"nonsense\"");
}

class MdadmTest : public testing::Test {
 protected:
  void WriteArray(const std::string& name, std::string_view raid_disks, std::string_view degraded) {
    host_.WriteSys("block/" + name + "/md/raid_disks", raid_disks);
    if (!degraded.empty()) host_.WriteSys("block/" + name + "/md/degraded", degraded);
  }

  HostTree host_;
};

TEST_F(MdadmTest, ReportsEveryFamily) {
  host_.WriteProc("mdstat",
                  "Personalities : [raid1] \n"
                  "md6 : active raid1 sdb2[2](F) sdc[1](S) sda2[0]\n"
                  "      195310144 blocks [2/1] [U_]\n"
                  "      [=>...................]  recovery =  8.5% (16775552/195310144) "
                  "finish=17.0min speed=259783K/sec\n"
                  "\n"
                  "unused devices: <none>\n");
  WriteArray("md6", "2\n", "1\n");
  WriteArray("sda", "9\n", "9\n");
  CollectorHarness mdadm("mdadm", host_);
  EXPECT_EQ(mdadm.Run(),
            "node_md_blocks{device=\"md6\"} 195310144\n"
            "node_md_blocks_synced{device=\"md6\"} 16775552\n"
            "node_md_degraded{device=\"md6\"} 1\n"
            "node_md_disks{device=\"md6\",state=\"active\"} 1\n"
            "node_md_disks{device=\"md6\",state=\"failed\"} 1\n"
            "node_md_disks{device=\"md6\",state=\"spare\"} 1\n"
            "node_md_disks_required{device=\"md6\"} 2\n"
            "node_md_raid_disks{device=\"md6\"} 2\n"
            "node_md_state{device=\"md6\",state=\"active\"} 0\n"
            "node_md_state{device=\"md6\",state=\"check\"} 0\n"
            "node_md_state{device=\"md6\",state=\"inactive\"} 0\n"
            "node_md_state{device=\"md6\",state=\"recovering\"} 1\n"
            "node_md_state{device=\"md6\",state=\"resync\"} 0\n");
  EXPECT_EQ(mdadm.status(), Status());
  EXPECT_EQ(mdadm.AllocationsOnceWarm(), 0U);
}

TEST_F(MdadmTest, HasOneStateThatIsTrueExceptWhileReshaping) {
  CollectorHarness mdadm("mdadm", host_);
  const auto state_of = [&](const std::string& progress) {
    host_.WriteProc("mdstat", "md0 : active raid1 sdb2[1] sda2[0]\n      100 blocks [2/2] [UU]\n" +
                                  progress + "\n\n");
    const std::string text = mdadm.Run();
    for (const char* state : {"active", "check", "inactive", "recovering", "resync"}) {
      const std::string sample = "state=\"" + std::string(state) + "\"} 1\n";
      if (text.find("node_md_state{device=\"md0\"," + sample) != text.npos) return state;
    }
    return "none";
  };
  EXPECT_STREQ(state_of(""), "active");
  EXPECT_STREQ(state_of("      check = 5.7% (1/100)"), "check");
  EXPECT_STREQ(state_of("      recovery = 5.7% (1/100)"), "recovering");
  EXPECT_STREQ(state_of("      \tresync=DELAYED"), "resync");
  EXPECT_STREQ(state_of("      reshape = 5.7% (1/100)"), "none");
}

TEST_F(MdadmTest, ReadsOddAttributes) {
  host_.WriteProc("mdstat", "Personalities : \nunused devices: <none>\n");
  WriteArray("md0", "4 (3)\n", "0\n");  // Being reshaped from three disks to four.
  WriteArray("md1", "2\n", "");         // A raid0 cannot be degraded.
  WriteArray("md2", "two\n", "1\n");
  WriteArray("md3", "3\n", "-1\n");
  host_.WriteSys("block/md4/size", "1\n");  // Left, or being made.
  CollectorHarness mdadm("mdadm", host_);
  EXPECT_EQ(mdadm.Run(),
            "node_md_degraded{device=\"md0\"} 0\n"
            "node_md_degraded{device=\"md1\"} 0\n"
            "node_md_raid_disks{device=\"md0\"} 4\n"
            "node_md_raid_disks{device=\"md1\"} 2\n"
            "node_md_raid_disks{device=\"md3\"} 3\n");
  EXPECT_EQ(mdadm.status().code(), ErrorCode::kParse);
  EXPECT_THAT(mdadm.status().message(), HasSubstr("block/md2/md/raid_disks"));
}

TEST_F(MdadmTest, ReportsTheRestAfterABadArray) {
  host_.WriteProc("mdstat",
                  "md0 : active raid1 sdb[1] sda[0]\n      x blocks [2/2] [UU]\n\n"
                  "md1 : active raid1 sdb[1] sda[0]\n      7 blocks [2/2] [UU]\n\n");
  WriteArray("md1", "2\n", "0\n");
  CollectorHarness mdadm("mdadm", host_);
  const std::string text = mdadm.Run();
  EXPECT_THAT(text, HasSubstr("node_md_blocks{device=\"md1\"} 7\n"));
  EXPECT_THAT(text, HasSubstr("node_md_raid_disks{device=\"md1\"} 2\n"));
  EXPECT_THAT(text, Not(HasSubstr("md0")));
  EXPECT_EQ(mdadm.status().code(), ErrorCode::kParse);
}

TEST_F(MdadmTest, FollowsArraysThatComeAndGo) {
  host_.WriteProc("mdstat", "md0 : active raid0 sda[0]\n      7 blocks 64k chunks\n\n");
  WriteArray("md0", "1\n", "");
  CollectorHarness mdadm("mdadm", host_);
  mdadm.KeepDescriptors(0);
  EXPECT_THAT(mdadm.Run(), HasSubstr("node_md_raid_disks{device=\"md0\"} 1\n"));
  host_.WriteProc("mdstat", "Personalities : [raid0] \nunused devices: <none>\n");
  host_.Remove("sys/block/md0");
  EXPECT_EQ(mdadm.Run(), "");
  EXPECT_EQ(mdadm.status(), Status());
}

TEST_F(MdadmTest, IsAbsentWithoutMdstat) {
  CollectorHarness mdadm("mdadm", host_);
  EXPECT_EQ(mdadm.Run(), "");
  EXPECT_EQ(mdadm.status().code(), ErrorCode::kAbsent);
}

}  // namespace
}  // namespace hostpulse
