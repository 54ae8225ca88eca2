#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "collectors/bcache_text.h"
#include "collectors/fixed_scales.h"
#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using collectors::FindBcacheValue;
using collectors::ParseBcacheNumber;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kUuid = "deaddd54-c735-46d5-868e-f331c5fd7c74";
constexpr const char* kPriorities =
    "Unused:\t\t99%\n"
    "Clean:\t\t0%\n"
    "Dirty:\t\t0%\n"
    "Metadata:\t1%\n"
    "Average:\t10473\n"
    "Sectors per Q:\t64\n"
    "Quantiles:\t[0 0 20946]\n";
constexpr const char* kWriteback =
    "rate:\t\t1.1M/sec\n"
    "dirty:\t\t20.4G\n"
    "target:\t\t20.4G\n"
    "proportional:\t427.5k\n"
    "integral:\t-790.0k\n"
    "change:\t\t-321.5k/sec\n"
    "next io:\t17ms\n";

TEST(BcacheTextTest, ReadsTheNumbersOfTheKernel) {
  EXPECT_EQ(ParseBcacheNumber("0"), 0);
  EXPECT_EQ(ParseBcacheNumber("511"), 511);
  EXPECT_EQ(ParseBcacheNumber("0.0k"), 0);
  EXPECT_EQ(ParseBcacheNumber("1k"), 1024);
  EXPECT_EQ(ParseBcacheNumber("1.5k"), 1524);   // 1024 * (1 + 5 / 10.24)
  EXPECT_EQ(ParseBcacheNumber("1.10k"), 2024);  // An old kernel's way to say nearly 2k.
  EXPECT_EQ(ParseBcacheNumber("3.9G"), 4164943872);
  EXPECT_EQ(ParseBcacheNumber("2T"), 2199023255552);
  EXPECT_EQ(ParseBcacheNumber("-1.5k"), -1524);
  EXPECT_EQ(ParseBcacheNumber("15E"), 17293822569102704640.0);
}

TEST(BcacheTextTest, RefusesWhatIsNoNumber) {
  for (const char* text : {"", "-", "k", ".5k", "1.k", "1 k", "1kB", "0x1", "1K", "1.5?", "+1",
                           "--1", "1e3", "1.5.5k", "16E", "18446744073709551616"}) {
    EXPECT_EQ(ParseBcacheNumber(text), std::nullopt) << text;
  }
}

TEST(BcacheTextTest, FindsTheValueBehindAKey) {
  EXPECT_EQ(FindBcacheValue(kWriteback, "rate:", "/sec"), "1.1M");
  EXPECT_EQ(FindBcacheValue(kWriteback, "target:"), "20.4G");
  EXPECT_EQ(FindBcacheValue(kPriorities, "Unused:", "%"), "99");
  EXPECT_EQ(FindBcacheValue("Unused:  1 of 99%\n", "Unused:", "%"), "99");
  EXPECT_EQ(FindBcacheValue("rate:\n", "rate:", "/sec"), "");
  EXPECT_EQ(FindBcacheValue(kPriorities, "rate:"), std::nullopt);
}

class BcacheTest : public testing::Test {
 protected:
  BcacheTest() {
    const std::pair<const char*, const char*> files[] = {
        {"average_key_size", "0"},
        {"btree_cache_size", "1"},
        {"cache_available_percent", "100"},
        {"congested", "2"},
        {"root_usage_percent", "3"},
        {"tree_depth", "4"},
        {"internal/active_journal_entries", "5"},
        {"internal/btree_nodes", "6"},
        {"internal/btree_read_average_duration_us", "1305"},
        {"internal/cache_read_races", "7"},
        {"bdev0/dirty_data", "1.5k"},
        {"bdev0/stats_total/bypassed", "2k"},
        {"bdev0/stats_total/cache_bypass_hits", "8"},
        {"bdev0/stats_total/cache_bypass_misses", "9"},
        {"bdev0/stats_total/cache_hits", "546"},
        {"bdev0/stats_total/cache_miss_collisions", "10"},
        {"bdev0/stats_total/cache_misses", "11"},
        {"bdev0/stats_total/cache_readaheads", "12"},
        {"bdev0/writeback_rate_debug", kWriteback},
        {"cache0/io_errors", "13"},
        {"cache0/metadata_written", "512"},
        {"cache0/written", "1M"},
        {"cache0/priority_stats", kPriorities}};
    for (const auto& [file, value] : files) Write(file, value);
  }
  void Write(const std::string& file, const std::string& value) {
    host_.WriteSys(std::string("fs/bcache/") + kUuid + "/" + file, value + "\n");
  }
  std::string Path(const std::string& file) const {
    return std::string("sys/fs/bcache/") + kUuid + "/" + file;
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

TEST_F(BcacheTest, ReportsEveryFile) {
  host_.WriteSys("fs/bcache/register", "");
  CollectorHarness bcache("bcache", host_);
  EXPECT_EQ(
      bcache.Run(),
      WithUuid("node_bcache_active_journal_entries{uuid=U} 5\n"
               "node_bcache_average_key_size_sectors{uuid=U} 0\n"
               "node_bcache_btree_cache_size_bytes{uuid=U} 1\n"
               "node_bcache_btree_nodes{uuid=U} 6\n"
               "node_bcache_btree_read_average_duration_seconds{uuid=U} 1.305e-06\n"
               "node_bcache_bypassed_bytes_total{backing_device=\"bdev0\",uuid=U} 2048\n"
               "node_bcache_cache_available_percent{uuid=U} 100\n"
               "node_bcache_cache_bypass_hits_total{backing_device=\"bdev0\",uuid=U} 8\n"
               "node_bcache_cache_bypass_misses_total{backing_device=\"bdev0\",uuid=U} 9\n"
               "node_bcache_cache_hits_total{backing_device=\"bdev0\",uuid=U} 546\n"
               "node_bcache_cache_miss_collisions_total{backing_device=\"bdev0\",uuid=U} 10\n"
               "node_bcache_cache_misses_total{backing_device=\"bdev0\",uuid=U} 11\n"
               "node_bcache_cache_read_races_total{uuid=U} 7\n"
               "node_bcache_cache_readaheads_total{backing_device=\"bdev0\",uuid=U} 12\n"
               "node_bcache_congested{uuid=U} 2\n"
               "node_bcache_dirty_data_bytes{backing_device=\"bdev0\",uuid=U} 1524\n"
               "node_bcache_dirty_target_bytes{backing_device=\"bdev0\",uuid=U} 21894266880\n"
               "node_bcache_io_errors{cache_device=\"cache0\",uuid=U} 13\n"
               "node_bcache_metadata_written_bytes_total{cache_device=\"cache0\",uuid=U} 512\n"
               "node_bcache_root_usage_percent{uuid=U} 3\n"
               "node_bcache_tree_depth{uuid=U} 4\n"
               "node_bcache_writeback_change{backing_device=\"bdev0\",uuid=U} -329204\n"
               "node_bcache_writeback_rate{backing_device=\"bdev0\",uuid=U} 1150976\n"
               "node_bcache_writeback_rate_integral_term{backing_device=\"bdev0\",uuid=U} "
               "-808960\n"
               "node_bcache_writeback_rate_proportional_term{backing_device=\"bdev0\",uuid=U} "
               "437748\n"
               "node_bcache_written_bytes_total{cache_device=\"cache0\",uuid=U} 1048576\n"));
  EXPECT_EQ(bcache.status(), Status());
  EXPECT_EQ(bcache.AllocationsOnceWarm(), 0U);
}

TEST_F(BcacheTest, ReportsPrioritiesWhereThatIsAskedFor) {
  CollectorHarness bcache("bcache", host_, {{"collector.bcache.priorityStats", "true"}});
  EXPECT_THAT(
      bcache.Run(),
      HasSubstr(WithUuid(
          "node_bcache_priority_stats_metadata_percent{cache_device=\"cache0\",uuid=U} 1\n"
          "node_bcache_priority_stats_unused_percent{cache_device=\"cache0\",uuid=U} 99\n")));
  EXPECT_EQ(bcache.status(), Status());
  EXPECT_EQ(bcache.AllocationsOnceWarm(), 0U);
}

TEST_F(BcacheTest, TakesMicrosecondsForWhatTheyAreWhereThatIsAskedFor) {
  CollectorHarness bcache("bcache", host_);
  bcache.MakeWith([](const collectors::CollectorContext& context) {
    collectors::FlagValues flags = context.flags;
    flags.Set(collectors::kFixedScales, {"true"});
    return collectors::FindCollector("bcache")->make(
        {context.paths, flags, context.descriptors, context.clock, context.log});
  });
  EXPECT_THAT(
      bcache.Run(),
      HasSubstr(WithUuid("node_bcache_btree_read_average_duration_seconds{uuid=U} 0.001305\n")));
}

TEST_F(BcacheTest, LeavesOutReadaheadsOfNoneAndOfNewKernels) {
  Write("bdev0/stats_total/cache_readaheads", "0");
  CollectorHarness bcache("bcache", host_);
  EXPECT_THAT(bcache.Run(), Not(HasSubstr("readaheads")));
  host_.Remove(Path("bdev0/stats_total/cache_readaheads"));
  EXPECT_THAT(bcache.Run(), Not(HasSubstr("readaheads")));
  EXPECT_EQ(bcache.status(), Status());
}

TEST_F(BcacheTest, TellsDevicesApart) {
  Write("bdev12/dirty_data", "4k");
  Write("cache1/written", "5");
  CollectorHarness bcache("bcache", host_);
  const std::string text = bcache.Run();
  EXPECT_THAT(
      text,
      HasSubstr(WithUuid("node_bcache_dirty_data_bytes{backing_device=\"bdev12\",uuid=U} 4096\n")));
  EXPECT_THAT(
      text,
      HasSubstr(WithUuid("node_bcache_written_bytes_total{cache_device=\"cache1\",uuid=U} 5\n")));
}

TEST_F(BcacheTest, FollowsDevicesThatLeave) {
  CollectorHarness bcache("bcache", host_);
  bcache.KeepDescriptors(0);
  EXPECT_THAT(bcache.Run(), HasSubstr("bdev0"));
  host_.Remove(Path("bdev0"));
  host_.Remove(Path("cache0/io_errors"));  // About to leave.
  const std::string text = bcache.Run();
  EXPECT_THAT(text, Not(HasSubstr("bdev0")));
  EXPECT_THAT(text, HasSubstr("cache0"));
  EXPECT_EQ(bcache.status(), Status());
  host_.Remove(std::string("sys/fs/bcache/") + kUuid);
  EXPECT_EQ(bcache.Run(), "");
  EXPECT_EQ(bcache.status(), Status());
}

TEST_F(BcacheTest, NamesABadFileOrLineAndReportsTheRest) {
  Write("bdev0/writeback_rate_debug", "rate:\t\tfast/sec\ntarget:\t\t1k");
  CollectorHarness bcache("bcache", host_);
  std::string text = bcache.Run();
  EXPECT_THAT(text, Not(HasSubstr("node_bcache_writeback_rate{")));
  EXPECT_THAT(text, HasSubstr("node_bcache_dirty_target_bytes"));
  EXPECT_EQ(bcache.status().code(), ErrorCode::kParse);
  EXPECT_THAT(bcache.status().message(),
              HasSubstr("bdev0/writeback_rate_debug: cannot parse rate: in \"fast\""));
  Write("congested", "<unknown>");
  text = bcache.Run();
  EXPECT_THAT(text, Not(HasSubstr("congested")));
  EXPECT_THAT(text, HasSubstr("tree_depth"));
  EXPECT_THAT(bcache.status().message(), HasSubstr("/congested: cannot parse value"));
}

TEST(BcacheAbsenceTest, IsFineWithoutBcache) {
  HostTree host;
  CollectorHarness bcache("bcache", host);
  EXPECT_EQ(bcache.Run(), "");
  EXPECT_EQ(bcache.status(), Status());
}

}  // namespace
}  // namespace hostpulse
