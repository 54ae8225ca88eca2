#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/zfs_metrics.h"
#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kHeading = "name                            type data\n";

class ZfsTest : public testing::Test {
 protected:
  void Write(std::string_view file, std::string_view text) {
    host_.WriteProc("spl/kstat/zfs/" + std::string(file), text);
  }
  // A named kstat as the kernel prints it, with the line of the kstat itself in front.
  void WriteKstat(std::string_view file, std::string_view rows) {
    std::string text("12 1 0x01 95 4560 5266997922 97951858082072\n");
    Write(file, text.append(kHeading).append(rows));
  }

  HostTree host_;
  CollectorHarness zfs_{"zfs", host_};
};

TEST_F(ZfsTest, ReadsTheRowsOfAKstat) {
  WriteKstat("arcstats",
             "hits                            4    8772612\n"
             "misses                          4    604635\n"
             "c_max                           4    18446744073709551615\n"
             "memory_available_bytes          3    -922337203685477580\n");
  WriteKstat("fm",
             "erpt-dropped                    4    18\n"
             "payload-set-failed              4    0\n");
  EXPECT_EQ(zfs_.Run(),
            "node_zfs_arc_c_max 18446744073709551616\n"
            "node_zfs_arc_hits 8772612\n"
            "node_zfs_arc_memory_available_bytes -922337203685477632\n"
            "node_zfs_arc_misses 604635\n"
            "node_zfs_fm_erpt_dropped 18\n"
            "node_zfs_fm_payload_set_failed 0\n");
  EXPECT_EQ(zfs_.status(), Status());
  for (const FamilyView& family : zfs_.families()) EXPECT_EQ(family.type, kUntyped);
}

TEST_F(ZfsTest, ReportsEveryRowItDescribes) {
  const std::map<std::string_view, std::string> subsystems = {{"abdstats", "abd"},
                                                              {"arcstats", "arc"},
                                                              {"dbufstats", "dbuf"},
                                                              {"dmu_tx", "dmu_tx"},
                                                              {"dnodestats", "dnode"},
                                                              {"fm", "fm"},
                                                              {"xuio_stats", "xuio"},
                                                              {"vdev_cache_stats", "vdev_cache"},
                                                              {"zfetchstats", "zfetch"},
                                                              {"vdev_mirror_stats", "vdev_mirror"},
                                                              {"zil", "zil"}};
  std::map<std::string, int> expected;
  for (const collectors::ZfsKstat& kstat : collectors::kZfsKstats) {
    std::string rows;
    std::string row;
    for (const char c : std::string(kstat.rows) + " ") {
      if (c != ' ') {
        row += c;
        continue;
      }
      const int value = static_cast<int>(expected.size()) + 1000;
      rows += row + "    4    " + std::to_string(value) + "\n";
      std::string name = "node_zfs_" + subsystems.at(kstat.file) + "_" + row;
      for (char& letter : name) letter = letter == '-' ? '_' : letter;
      expected[name] = value;
      row.clear();
    }
    WriteKstat(kstat.file, rows);
  }
  std::string samples;
  for (const auto& [name, value] : expected) samples += name + " " + std::to_string(value) + "\n";
  EXPECT_EQ(expected.size(), 259U);
  EXPECT_EQ(zfs_.Run(), samples);
  EXPECT_EQ(zfs_.status(), Status());
}

TEST_F(ZfsTest, ReadsThePools) {
  WriteKstat("arcstats", "hits 4 1\n");
  Write("tank/io",
        "12 3 0x00 1 80 79205351707403 395818011156865\n"
        "nread    nwritten reads    writes   wtime    wlentime wupdate  rtime    rlentime rupdate  "
        "wcnt     rcnt    \n"
        "1884160  3206144  22       132      7155162  104112268 79210489694949 24168078 104112269 "
        "79210489849220 1        2       \n");
  Write("tank/state", "DEGRADED\n");
  WriteKstat("tank/objset-0x36",
             "dataset_name                    7    tank/home of users\n"
             "writes                          4    4\n"
             "nwritten                        4    6302\n"
             "reads                           4    5\n"
             "nread                           4    28\n"
             "nunlinks                        4    6\n"
             "nunlinked                       4    7\n"
             "zil_commit_count                4    10\n");
  WriteKstat("tank/objset-0x20a", "dataset_name 7 tank/root\nwrites 4 9\n");
  Write("rpool/state", "ONLINE\n");
  EXPECT_EQ(
      zfs_.Run(),
      "node_zfs_arc_hits 1\n"
      "node_zfs_zpool_dataset_nread{dataset=\"tank/home of users\",zpool=\"tank\"} 28\n"
      "node_zfs_zpool_dataset_nunlinked{dataset=\"tank/home of users\",zpool=\"tank\"} 7\n"
      "node_zfs_zpool_dataset_nunlinks{dataset=\"tank/home of users\",zpool=\"tank\"} 6\n"
      "node_zfs_zpool_dataset_nwritten{dataset=\"tank/home of users\",zpool=\"tank\"} 6302\n"
      "node_zfs_zpool_dataset_reads{dataset=\"tank/home of users\",zpool=\"tank\"} 5\n"
      "node_zfs_zpool_dataset_writes{dataset=\"tank/home of users\",zpool=\"tank\"} 4\n"
      "node_zfs_zpool_dataset_writes{dataset=\"tank/root\",zpool=\"tank\"} 9\n"
      "node_zfs_zpool_dataset_zil_commit_count{dataset=\"tank/home of users\",zpool=\"tank\"} 10\n"
      "node_zfs_zpool_nread{zpool=\"tank\"} 1884160\n"
      "node_zfs_zpool_nwritten{zpool=\"tank\"} 3206144\n"
      "node_zfs_zpool_rcnt{zpool=\"tank\"} 2\n"
      "node_zfs_zpool_reads{zpool=\"tank\"} 22\n"
      "node_zfs_zpool_rlentime{zpool=\"tank\"} 104112269\n"
      "node_zfs_zpool_rtime{zpool=\"tank\"} 24168078\n"
      "node_zfs_zpool_rupdate{zpool=\"tank\"} 79210489849220\n"
      "node_zfs_zpool_state{state=\"degraded\",zpool=\"rpool\"} 0\n"
      "node_zfs_zpool_state{state=\"degraded\",zpool=\"tank\"} 1\n"
      "node_zfs_zpool_state{state=\"faulted\",zpool=\"rpool\"} 0\n"
      "node_zfs_zpool_state{state=\"faulted\",zpool=\"tank\"} 0\n"
      "node_zfs_zpool_state{state=\"offline\",zpool=\"rpool\"} 0\n"
      "node_zfs_zpool_state{state=\"offline\",zpool=\"tank\"} 0\n"
      "node_zfs_zpool_state{state=\"online\",zpool=\"rpool\"} 1\n"
      "node_zfs_zpool_state{state=\"online\",zpool=\"tank\"} 0\n"
      "node_zfs_zpool_state{state=\"removed\",zpool=\"rpool\"} 0\n"
      "node_zfs_zpool_state{state=\"removed\",zpool=\"tank\"} 0\n"
      "node_zfs_zpool_state{state=\"suspended\",zpool=\"rpool\"} 0\n"
      "node_zfs_zpool_state{state=\"suspended\",zpool=\"tank\"} 0\n"
      "node_zfs_zpool_state{state=\"unavail\",zpool=\"rpool\"} 0\n"
      "node_zfs_zpool_state{state=\"unavail\",zpool=\"tank\"} 0\n"
      "node_zfs_zpool_wcnt{zpool=\"tank\"} 1\n"
      "node_zfs_zpool_wlentime{zpool=\"tank\"} 104112268\n"
      "node_zfs_zpool_writes{zpool=\"tank\"} 132\n"
      "node_zfs_zpool_wtime{zpool=\"tank\"} 7155162\n"
      "node_zfs_zpool_wupdate{zpool=\"tank\"} 79210489694949\n");
  EXPECT_EQ(zfs_.status(), Status());
  EXPECT_EQ(zfs_.AllocationsOnceWarm(), 0U);
}

TEST_F(ZfsTest, KnowsEachStateOfAPool) {
  for (const char* state :
       {"ONLINE", "DEGRADED", "FAULTED", "OFFLINE", "REMOVED", "UNAVAIL", "SUSPENDED"}) {
    Write("tank/state", std::string(state) + "\n");
    const std::string samples = zfs_.Run();
    std::string expected = "state=\"" + std::string(state) + "\",zpool=\"tank\"} 1\n";
    for (char& c : expected) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    EXPECT_THAT(samples, HasSubstr(expected));
    EXPECT_EQ(samples.find("} 1\n"), samples.rfind("} 1\n")) << samples;
  }
  Write("tank/state", "SOMETHING NEW\n");
  EXPECT_THAT(zfs_.Run(), Not(HasSubstr("} 1\n")));
  EXPECT_EQ(zfs_.status(), Status());
}

TEST_F(ZfsTest, TakesRowsOfOtherVersionsAndMakesTheirNamesValid) {
  WriteKstat("arcstats", "uncached_hits 4 7\nodd-row.\xff 4 8\n");
  EXPECT_EQ(zfs_.Run(), "node_zfs_arc_odd_row__ 8\nnode_zfs_arc_uncached_hits 7\n");
  WriteKstat("arcstats", "iohits 4 9\nuncached_hits 4 10\n");
  EXPECT_EQ(zfs_.Run(), "node_zfs_arc_iohits 9\nnode_zfs_arc_uncached_hits 10\n");
}

TEST_F(ZfsTest, PassesOverWhatIsNoSixtyFourBitNumber) {
  WriteKstat("zil",
             "text 7 word\n"
             "int32 1 1\n"
             "uint32 2 2\n"
             "long 5 5\n"
             "ulong 6 6\n"
             "cut 4\n"
             "\n"
             "zil_commit_count 4 3\n");
  EXPECT_EQ(zfs_.Run(), "node_zfs_zil_zil_commit_count 3\n");
  EXPECT_EQ(zfs_.status(), Status());
}

TEST_F(ZfsTest, PassesOverKstatsThatAreNotReported) {
  WriteKstat("fletcher_4_bench", "hits 4 1\n");
  Write("dbgmsg", "timestamp    message\n");
  WriteKstat("tank/txgs", "hits 4 1\n");
  EXPECT_EQ(zfs_.Run(), "");
  EXPECT_EQ(zfs_.status(), Status());
}

TEST_F(ZfsTest, NamesTheRowItCannotReadAndReadsTheOtherFiles) {
  const auto error_of = [this](std::string_view row) {
    WriteKstat("arcstats", row);
    EXPECT_THAT(zfs_.Run(), HasSubstr("node_zfs_zil_zil_commit_count 3\n"));
    EXPECT_EQ(zfs_.status().code(), ErrorCode::kParse) << row;
    return zfs_.status().message();
  };
  WriteKstat("zil", "zil_commit_count 4 3\n");
  EXPECT_THAT(error_of("hits 4 many\n"),
              HasSubstr("zfs/arcstats: cannot parse hits in \"hits 4 many\""));
  EXPECT_THAT(error_of("hits 4 -1\n"), HasSubstr("cannot parse hits"));
  EXPECT_THAT(error_of("hits 4 18446744073709551616\n"), HasSubstr("cannot parse hits"));
  EXPECT_THAT(error_of("hits 3 9223372036854775808\n"), HasSubstr("cannot parse hits"));
  Write("arcstats", "12 1 0x01 95 4560 5266997922 97951858082072\nhits 4 1\n");
  zfs_.Run();
  EXPECT_THAT(zfs_.status().message(), HasSubstr("zfs/arcstats: cannot parse heading"));
}

TEST_F(ZfsTest, NamesTheLineOfAPoolItCannotReadAndReadsTheOtherPools) {
  Write("b/state", "ONLINE\n");
  Write("a/io", "12 3 0x00\nnread nwritten reads\n1 two 3\n");
  EXPECT_THAT(zfs_.Run(), HasSubstr("{state=\"online\",zpool=\"b\"} 1\n"));
  EXPECT_THAT(zfs_.status().message(), HasSubstr("zfs/a/io: cannot parse nwritten in \"1 two 3\""));
  Write("a/io", "12 3 0x00\nnread nwritten reads\n1 2\n");
  zfs_.Run();
  EXPECT_THAT(zfs_.status().message(), HasSubstr("zfs/a/io: cannot parse reads in \"1 2\""));
  Write("a/io", "");
  Write("a/objset-0x36", "what\n");
  zfs_.Run();
  EXPECT_THAT(zfs_.status().message(), HasSubstr("zfs/a/objset-0x36: cannot parse heading"));
}

TEST_F(ZfsTest, FollowsPoolsAndDatasetsThatLeaveAndCome) {
  zfs_.KeepDescriptors(0);
  for (const char* dataset : {"a/objset-0x1", "a/objset-0x2", "b/objset-0x1"}) {
    WriteKstat(dataset, "dataset_name 7 " + std::string(dataset) + "\nreads 4 1\n");
  }
  zfs_.Run();
  host_.Remove("proc/spl/kstat/zfs/a/objset-0x2");
  host_.Remove("proc/spl/kstat/zfs/b");
  WriteKstat("c/objset-0x1", "dataset_name 7 c\nreads 4 2\n");
  EXPECT_EQ(zfs_.Run(),
            "node_zfs_zpool_dataset_reads{dataset=\"a/objset-0x1\",zpool=\"a\"} 1\n"
            "node_zfs_zpool_dataset_reads{dataset=\"c\",zpool=\"c\"} 2\n");
  EXPECT_EQ(zfs_.status(), Status());
}

TEST_F(ZfsTest, ReplacesBytesOfADatasetThatAreNoUtf8) {
  WriteKstat("tank/objset-0x1", "dataset_name 7 tank/\xff\nreads 4 1\n");
  EXPECT_EQ(zfs_.Run(),
            "node_zfs_zpool_dataset_reads{dataset=\"tank/\xef\xbf\xbd\",zpool=\"tank\"} 1\n");
}

TEST_F(ZfsTest, IsAbsentWithoutTheModule) {
  EXPECT_EQ(zfs_.Run(), "");
  EXPECT_EQ(zfs_.status().code(), ErrorCode::kAbsent);
  EXPECT_THAT(zfs_.status().message(), HasSubstr("spl/kstat/zfs"));
}

}  // namespace
}  // namespace hostpulse
