#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "collectors/bcachefs_counters.h"
#include "collectors/bcachefs_text.h"
#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using collectors::ParseBcachefsCounter;
using collectors::ParseBcachefsNumber;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(BcachefsTextTest, ReadsNumbersAsKernelsPrintThem) {
  EXPECT_EQ(ParseBcachefsNumber("0"), 0);
  EXPECT_EQ(ParseBcachefsNumber("1234"), 1234);
  EXPECT_EQ(ParseBcachefsNumber("18446744073709549568"), 18446744073709549568.0);
  EXPECT_EQ(ParseBcachefsNumber("0 B"), 0);
  EXPECT_EQ(ParseBcachefsNumber("512B"), 512);
  EXPECT_EQ(ParseBcachefsNumber("1.5k"), 1536);
  EXPECT_EQ(ParseBcachefsNumber("1.50K"), 1536);
  EXPECT_EQ(ParseBcachefsNumber("108Ki"), 110592);
  EXPECT_EQ(ParseBcachefsNumber("542M"), 568328192);
  EXPECT_EQ(ParseBcachefsNumber("6.79 GiB"), 7290706984.0);  // Cut to whole bytes.
  EXPECT_EQ(ParseBcachefsNumber("1T"), 1099511627776);
  EXPECT_EQ(ParseBcachefsNumber("2PiB"), 2251799813685248);
}

TEST(BcachefsTextTest, RefusesWhatIsNoNumber) {
  for (const char* text : {"", "B", "k", "-1", "+1", "1 2", "1 k 2", "1kk", "1.5.5", "1X", "1iB",
                           "0x10", "nan", "16E", "1 second"}) {
    EXPECT_EQ(ParseBcachefsNumber(text), std::nullopt) << text;
  }
}

TEST(BcachefsTextTest, TakesTheCounterSinceCreation) {
  EXPECT_EQ(ParseBcachefsCounter("since mount:                    7\n"
                                 "since filesystem creation:      542k\n"),
            555008);
  EXPECT_EQ(ParseBcachefsCounter("since mount: 7\n"), std::nullopt);
  EXPECT_EQ(ParseBcachefsCounter("since filesystem creation: many\n"), std::nullopt);
}

TEST(BcachefsTextTest, KnowsTheChosenOption) {
  EXPECT_EQ(collectors::ChosenBcachefsOption("[rw] ro evacuating spare"), "rw");
  EXPECT_EQ(collectors::ChosenBcachefsOption("rw ro evacuating [spare]"), "spare");
  EXPECT_EQ(collectors::ChosenBcachefsOption("rw"), "rw");
  EXPECT_EQ(collectors::ChosenBcachefsOption("[rw"), "[rw");
}

TEST(BcachefsTextTest, GivesRowsWithTheirSections) {
  std::vector<std::string> rows;
  collectors::ForEachBcachefsRow(
      "heading one two\nread:\nsb          :  12\nneed_gc_gens:  0\n\nwrite:\nsb: 3\n"
      "(unknown error 312)\t4\n(unfinished",
      "heading", [&](collectors::BcachefsRow row) {
        rows.push_back(std::string(row.section) + "/" + std::string(row.name) + "=" +
                       std::string(row.rest.Next()));
      });
  EXPECT_THAT(rows, ElementsAre("read/sb=12", "read/need_gc_gens=0", "write/sb=3",
                                "write/(unknown error 312)=4"));
}

TEST(BcachefsCountersTest, AreSortedSoThatTheyAreFound) {
  EXPECT_TRUE(std::ranges::is_sorted(collectors::kBcachefsCounters, {}, &MetricDesc::name));
}

constexpr const char* kUuid = "deadbeef-1234-5678-9012-abcdefabcdef";

class BcachefsTest : public testing::Test {
 protected:
  void Write(const std::string& file, std::string_view content) {
    host_.WriteSys(std::string("fs/bcachefs/") + kUuid + "/" + file, content);
  }
  void WriteCounter(const std::string& name, const std::string& since_creation) {
    Write("counters/" + name,
          "since mount:                    1\nsince filesystem creation:      " + since_creation +
              "\n");
  }
  void WriteDevice() {
    Write("dev-0/label", "ssd.ssd1\n");
    Write("dev-0/state", "[rw] ro evacuating spare\n");
    Write("dev-0/bucket_size", "512k\n");
    Write("dev-0/nbuckets", "524288\n");
    Write("dev-0/durability", "1\n");
  }
  std::string Path(const std::string& file) const {
    return std::string("sys/fs/bcachefs/") + kUuid + "/" + file;
  }
  // `text` with the UUID in the place of U.
  static std::string WithUuid(std::string text) {
    for (std::size_t at = 0; (at = text.find("=U", at)) != text.npos;) {
      text.replace(at, 2, std::string("=\"") + kUuid + "\"");
    }
    return text;
  }

  HostTree host_;
};

TEST_F(BcachefsTest, ReportsTheFileSystem) {
  Write("btree_cache_size", "500M\n");
  Write("btree_write_stats",
        "                    nr        size\n"
        "initial:            19088     108k\n"
        "init_next_bset:     6647      23.5k\n"
        "interior:           0         0\n");
  Write("compression_stats",
        "type              compressed    uncompressed     average extent size\n"
        "none                45.0 GiB        45.0 GiB                13.6 KiB\n"
        "lz4                    6.75G           13.5G                   65.1k\n");
  Write("errors",
        "btree_node_read_err                             5       Sat Jan  3 10:11:12 2026\n"
        "(unknown error 312)                             1       Sat Jan  3 10:11:12 2026\n");
  CollectorHarness bcachefs("bcachefs", host_);
  EXPECT_EQ(
      bcachefs.Run(),
      WithUuid(
          "node_bcachefs_btree_cache_size_bytes{uuid=U} 524288000\n"
          "node_bcachefs_btree_write_average_size_bytes{type=\"init_next_bset\",uuid=U} 24064\n"
          "node_bcachefs_btree_write_average_size_bytes{type=\"initial\",uuid=U} 110592\n"
          "node_bcachefs_btree_write_average_size_bytes{type=\"interior\",uuid=U} 0\n"
          "node_bcachefs_btree_writes_total{type=\"init_next_bset\",uuid=U} 6647\n"
          "node_bcachefs_btree_writes_total{type=\"initial\",uuid=U} 19088\n"
          "node_bcachefs_btree_writes_total{type=\"interior\",uuid=U} 0\n"
          "node_bcachefs_compression_compressed_bytes{algorithm=\"lz4\",uuid=U} 7247757312\n"
          "node_bcachefs_compression_compressed_bytes{algorithm=\"none\",uuid=U} 48318382080\n"
          "node_bcachefs_compression_uncompressed_bytes{algorithm=\"lz4\",uuid=U} 14495514624\n"
          "node_bcachefs_compression_uncompressed_bytes{algorithm=\"none\",uuid=U} 48318382080\n"
          "node_bcachefs_errors_total{error_type=\"(unknown error 312)\",uuid=U} 1\n"
          "node_bcachefs_errors_total{error_type=\"btree_node_read_err\",uuid=U} 5\n"
          "node_bcachefs_info{uuid=U} 1\n"));
  EXPECT_EQ(bcachefs.status(), Status());
  EXPECT_EQ(bcachefs.AllocationsOnceWarm(), 0U);
}

TEST_F(BcachefsTest, ReportsDevices) {
  WriteDevice();
  Write("dev-0/io_done",
        "read:\nsb          :       3989504\njournal     :             0\n"
        "write:\nsb          :      31417344\nuser        : 5768222552064\n");
  Write("dev-0/io_errors",
        "IO errors since filesystem creation\n  read:    197346\n  write:   0\n  checksum:2\n"
        "IO errors since 8 y ago\n  read:    7\n");
  CollectorHarness bcachefs("bcachefs", host_);
  EXPECT_EQ(
      bcachefs.Run(),
      WithUuid("node_bcachefs_device_bucket_size_bytes{device=\"0\",uuid=U} 524288\n"
               "node_bcachefs_device_buckets{device=\"0\",uuid=U} 524288\n"
               "node_bcachefs_device_durability{device=\"0\",uuid=U} 1\n"
               "node_bcachefs_device_info{device=\"0\",label=\"ssd.ssd1\",state=\"rw\","
               "uuid=U} 1\n"
               "node_bcachefs_device_io_done_bytes_total{data_type=\"journal\","
               "device=\"0\",operation=\"read\",uuid=U} 0\n"
               "node_bcachefs_device_io_done_bytes_total{data_type=\"sb\","
               "device=\"0\",operation=\"read\",uuid=U} 3989504\n"
               "node_bcachefs_device_io_done_bytes_total{data_type=\"sb\","
               "device=\"0\",operation=\"write\",uuid=U} 31417344\n"
               "node_bcachefs_device_io_done_bytes_total{data_type=\"user\","
               "device=\"0\",operation=\"write\",uuid=U} 5768222552064\n"
               "node_bcachefs_device_io_errors_total{device=\"0\",type=\"checksum\",uuid=U} 2\n"
               "node_bcachefs_device_io_errors_total{device=\"0\",type=\"read\",uuid=U} "
               "197346\n"
               "node_bcachefs_device_io_errors_total{device=\"0\",type=\"write\",uuid=U} 0\n"
               "node_bcachefs_info{uuid=U} 1\n"));
  EXPECT_EQ(bcachefs.status(), Status());
  EXPECT_EQ(bcachefs.AllocationsOnceWarm(), 0U);
}

TEST_F(BcachefsTest, ReportsEveryCounterByItsName) {
  std::string expected;
  int value = 0;
  for (const MetricDesc& counter : collectors::kBcachefsCounters) {
    std::string_view name = counter.name.substr(collectors::kBcachefsPrefix.size());
    name.remove_suffix(collectors::kBcachefsSuffix.size());
    const std::string number = std::to_string(++value);
    WriteCounter(std::string(name), number);
    expected += std::string(counter.name) + "{uuid=U} " + number + "\n";
    if (name == "gc_gens_start") expected += "node_bcachefs_info{uuid=U} 1\n";
  }
  CollectorHarness bcachefs("bcachefs", host_);
  EXPECT_EQ(bcachefs.Run(), WithUuid(expected));
  EXPECT_EQ(bcachefs.families()[0].help, collectors::kBcachefsCounters[0].help);
  EXPECT_EQ(bcachefs.AllocationsOnceWarm(), 0U);
}

TEST_F(BcachefsTest, ReportsACounterThatItDoesNotKnow) {
  WriteCounter("tomorrows_counter", "2k");
  WriteCounter("not-a-name", "3");
  CollectorHarness bcachefs("bcachefs", host_);
  EXPECT_EQ(bcachefs.Run(), WithUuid("node_bcachefs_info{uuid=U} 1\n"
                                     "node_bcachefs_tomorrows_counter_total{uuid=U} 2048\n"));
  EXPECT_EQ(bcachefs.status(), Status());
}

TEST_F(BcachefsTest, NamesABadFileOrRowAndReportsTheRest) {
  WriteDevice();
  WriteCounter("fsync", "often");
  Write("btree_write_stats", "\tnr\tsize\ninitial:\tmany\t1k\ninterior:\t1\t2k\n");
  Write("compression_stats", "lz4 1k\nzstd 1k 2k 3k\n");
  Write("errors", "some_error many\nother_error 18446744073709551616\n");
  Write("dev-0/io_done", "read:\nsb : -1\nuser : 4\n");
  Write("dev-0/io_errors", "IO errors since filesystem creation\n  read: x\n  write: 5\n");
  Write("dev-0/durability", "<unknown>\n");
  CollectorHarness bcachefs("bcachefs", host_);
  const std::string text = bcachefs.Run();
  for (const char* rest : {"btree_writes_total{type=\"interior\"", "algorithm=\"zstd\"",
                           "data_type=\"user\"", "type=\"write\"", "device_buckets"}) {
    EXPECT_THAT(text, HasSubstr(rest));
  }
  for (const char* bad : {"fsync", "initial", "lz4", "error_type", "data_type=\"sb\"",
                          "type=\"read\"", "durability"}) {
    EXPECT_THAT(text, Not(HasSubstr(bad)));
  }
  EXPECT_EQ(bcachefs.status().code(), ErrorCode::kParse);
  EXPECT_THAT(bcachefs.status().message(),
              HasSubstr("/btree_write_stats: cannot parse initial in \"initial:?many"));
}

TEST_F(BcachefsTest, FollowsDevicesAndFileSystemsThatLeave) {
  WriteDevice();
  WriteCounter("fsync", "1");
  host_.WriteSys("fs/bcachefs/0-0/btree_cache_size", "1\n");
  CollectorHarness bcachefs("bcachefs", host_);
  bcachefs.KeepDescriptors(0);
  EXPECT_THAT(bcachefs.Run(), HasSubstr("device=\"0\""));
  host_.Remove(Path("dev-0/state"));  // Listed, but about to leave.
  EXPECT_THAT(bcachefs.Run(), Not(HasSubstr("device=\"0\"")));
  host_.Remove(Path("counters/fsync"));
  EXPECT_THAT(bcachefs.Run(), Not(HasSubstr("fsync")));
  host_.Remove(std::string("sys/fs/bcachefs/") + kUuid);
  EXPECT_EQ(bcachefs.Run(),
            "node_bcachefs_btree_cache_size_bytes{uuid=\"0-0\"} 1\n"
            "node_bcachefs_info{uuid=\"0-0\"} 1\n");
  EXPECT_EQ(bcachefs.status(), Status());
}

TEST_F(BcachefsTest, CleansALabelThatIsNotUtf8) {
  WriteDevice();
  Write("dev-0/label", "ssd\xff\n");
  host_.Remove(Path("dev-0/nbuckets"));
  CollectorHarness bcachefs("bcachefs", host_);
  EXPECT_THAT(bcachefs.Run(), HasSubstr("label=\"ssd\xEF\xBF\xBD\""));
}

TEST_F(BcachefsTest, IsAbsentWithoutBcachefs) {
  CollectorHarness bcachefs("bcachefs", host_);
  EXPECT_EQ(bcachefs.Run(), "");
  EXPECT_EQ(bcachefs.status().code(), ErrorCode::kAbsent);
}

}  // namespace
}  // namespace hostpulse
