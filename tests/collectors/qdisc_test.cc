#include "collectors/qdisc.h"

#include <gtest/gtest.h>
#include <linux/gen_stats.h>
#include <linux/pkt_sched.h>

#include <string>
#include <utility>

#include "collectors/qdiscs.h"
#include "tests/support/collector_harness.h"
#include "tests/support/fake_netlink.h"

namespace hostpulse {
namespace {

using collectors::CollectorContext;
using collectors::ParseQdisc;

NetlinkBody Stats(std::uint64_t bytes, std::uint32_t packets) {
  gnet_stats_basic basic{};
  basic.bytes = bytes;
  basic.packets = packets;
  gnet_stats_queue queue{};
  queue.qlen = 3;
  queue.backlog = 4096;
  queue.drops = 5;
  queue.requeues = 6;
  queue.overlimits = 7;
  return NetlinkBody().Add(TCA_STATS_BASIC, basic).Add(TCA_STATS_QUEUE, queue);
}

NetlinkBody QdiscOf(int index, std::uint32_t parent) {
  tcmsg header{};
  header.tcm_ifindex = index;
  header.tcm_parent = parent;
  return NetlinkBody(header);
}

class QdiscTest : public ::testing::Test {
 protected:
  QdiscTest() {
    kernel_.Name(2, "eth0");
    kernel_.Name(3, "wlan0");
  }
  void Use(CollectorHarness& qdisc) {
    qdisc.MakeWith([this](const CollectorContext& context) {
      return collectors::MakeQdisc(context, kernel_.rtnetlink());
    });
  }
  void Add(NetlinkBody body) { kernel_.Answer(RTM_GETQDISC, RTM_NEWQDISC, std::move(body)); }
  void AddTwoRoots() {
    Add(QdiscOf(2, TC_H_ROOT).Text(TCA_KIND, "fq_codel").Nest(TCA_STATS2, Stats(1000, 10)));
    Add(QdiscOf(3, TC_H_ROOT).Text(TCA_KIND, "pfifo_fast").Nest(TCA_STATS2, Stats(2000, 20)));
  }
  void WriteResults(std::string_view json) { host_.WriteRoot("fixtures/results.json", json); }

  FakeNetlink kernel_;
  HostTree host_;
  const std::string fixtures_ = host_.Path("root/fixtures");
};

constexpr std::string_view kTwoRoots =
    "node_qdisc_backlog{device=\"eth0\",kind=\"fq_codel\"} 4096\n"
    "node_qdisc_backlog{device=\"wlan0\",kind=\"pfifo_fast\"} 4096\n"
    "node_qdisc_bytes_total{device=\"eth0\",kind=\"fq_codel\"} 1000\n"
    "node_qdisc_bytes_total{device=\"wlan0\",kind=\"pfifo_fast\"} 2000\n"
    "node_qdisc_current_queue_length{device=\"eth0\",kind=\"fq_codel\"} 3\n"
    "node_qdisc_current_queue_length{device=\"wlan0\",kind=\"pfifo_fast\"} 3\n"
    "node_qdisc_drops_total{device=\"eth0\",kind=\"fq_codel\"} 5\n"
    "node_qdisc_drops_total{device=\"wlan0\",kind=\"pfifo_fast\"} 5\n"
    "node_qdisc_overlimits_total{device=\"eth0\",kind=\"fq_codel\"} 7\n"
    "node_qdisc_overlimits_total{device=\"wlan0\",kind=\"pfifo_fast\"} 7\n"
    "node_qdisc_packets_total{device=\"eth0\",kind=\"fq_codel\"} 10\n"
    "node_qdisc_packets_total{device=\"wlan0\",kind=\"pfifo_fast\"} 20\n"
    "node_qdisc_requeues_total{device=\"eth0\",kind=\"fq_codel\"} 6\n"
    "node_qdisc_requeues_total{device=\"wlan0\",kind=\"pfifo_fast\"} 6\n";

TEST_F(QdiscTest, ReportsTheRootOfEachInterface) {
  AddTwoRoots();
  CollectorHarness qdisc("qdisc", host_);
  Use(qdisc);
  EXPECT_EQ(qdisc.Run(), kTwoRoots);
  EXPECT_EQ(qdisc.status(), Status());
}

TEST_F(QdiscTest, LeavesOutClassesIngressAndInterfacesThatLeft) {
  Add(QdiscOf(2, TC_H_INGRESS).Text(TCA_KIND, "ingress").Nest(TCA_STATS2, Stats(1, 1)));
  Add(QdiscOf(2, TC_H_MAKE(0, 1)).Text(TCA_KIND, "fq_codel").Nest(TCA_STATS2, Stats(1, 1)));
  Add(QdiscOf(9, TC_H_ROOT).Text(TCA_KIND, "fq_codel").Nest(TCA_STATS2, Stats(1, 1)));
  CollectorHarness qdisc("qdisc", host_);
  Use(qdisc);
  EXPECT_EQ(qdisc.Run(), "");
  EXPECT_EQ(qdisc.status(), Status());
}

TEST_F(QdiscTest, FiltersBothWays) {
  AddTwoRoots();
  CollectorHarness included("qdisc", host_, {{"collector.qdisc.device-include", "^eth"}});
  Use(included);
  std::string text = included.Run();
  EXPECT_NE(text.find("eth0"), std::string::npos);
  EXPECT_EQ(text.find("wlan0"), std::string::npos);
  CollectorHarness excluded("qdisc", host_, {{"collector.qdisc.device-exclude", "^eth"}});
  Use(excluded);
  text = excluded.Run();
  EXPECT_EQ(text.find("eth0"), std::string::npos);
  EXPECT_NE(text.find("wlan0"), std::string::npos);
  CollectorHarness both(
      "qdisc", host_,
      {{"collector.qdisc.device-include", "a"}, {"collector.qdisc.device-exclude", "b"}});
  both.Run();
  EXPECT_EQ(both.status().code(), ErrorCode::kInvalid);
}

TEST_F(QdiscTest, PassesErrorsOn) {
  CollectorHarness qdisc("qdisc", host_);
  Use(qdisc);
  kernel_.Fail({ErrorCode::kIo, "netlink: broken"});
  qdisc.Run();
  EXPECT_EQ(qdisc.status().code(), ErrorCode::kIo);
}

TEST_F(QdiscTest, AllocatesNothingOnceWarm) {
  AddTwoRoots();
  CollectorHarness qdisc("qdisc", host_);
  Use(qdisc);
  EXPECT_EQ(qdisc.AllocationsOnceWarm(), 0U);
}

TEST(ParseQdiscTest, TakesTheLongNumberOfPacketsWhereThereIsOne) {
  NetlinkBody stats = Stats(1, 0xffffffff);
  auto qdisc = ParseQdisc(QdiscOf(2, TC_H_ROOT).Nest(TCA_STATS2, stats).bytes());
  ASSERT_TRUE(qdisc);
  EXPECT_EQ(qdisc->stats.packets, 0xffffffffU);
  stats.Add(TCA_STATS_PKT64, std::uint64_t{0x1'0000'0002});
  qdisc = ParseQdisc(QdiscOf(2, TC_H_ROOT).Nest(TCA_STATS2, stats).bytes());
  ASSERT_TRUE(qdisc);
  EXPECT_EQ(qdisc->stats.packets, 0x1'0000'0002U);
}

TEST(ParseQdiscTest, SurvivesEveryTruncation) {
  const NetlinkBody message =
      QdiscOf(2, TC_H_ROOT).Text(TCA_KIND, "fq").Nest(TCA_STATS2, Stats(1, 2));
  const auto bytes = message.bytes();
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    // A copy of its own, so that a sanitizer sees a read behind the end.
    const std::vector<std::byte> cut(bytes.begin(), bytes.begin() + static_cast<long>(size));
    EXPECT_EQ(ParseQdisc(cut).has_value(), size == bytes.size()) << size;
  }
}

TEST_F(QdiscTest, ReadsFixturesInsteadOfTheKernel) {
  WriteResults(R"([
    {"IfaceName": "wlan0", "Bytes": 42, "Packets": 1, "Requeues": 2, "Kind": "fq", "Drops": 3,
     "Overlimits": 4, "Qlen": 5, "Backlog": 6, "Parent": 0, "Handle": 32769},
    {"IfaceName": "wlan0", "Kind": "fq_codel", "Bytes": 9, "Parent": 7},
    {"IfaceName": "eth0", "Kind": "pfifo_fast"}])");
  AddTwoRoots();
  CollectorHarness qdisc("qdisc", host_, {{"collector.qdisc.fixtures", fixtures_}});
  Use(qdisc);
  EXPECT_EQ(qdisc.Run(),
            "node_qdisc_backlog{device=\"eth0\",kind=\"pfifo_fast\"} 0\n"
            "node_qdisc_backlog{device=\"wlan0\",kind=\"fq\"} 6\n"
            "node_qdisc_bytes_total{device=\"eth0\",kind=\"pfifo_fast\"} 0\n"
            "node_qdisc_bytes_total{device=\"wlan0\",kind=\"fq\"} 42\n"
            "node_qdisc_current_queue_length{device=\"eth0\",kind=\"pfifo_fast\"} 0\n"
            "node_qdisc_current_queue_length{device=\"wlan0\",kind=\"fq\"} 5\n"
            "node_qdisc_drops_total{device=\"eth0\",kind=\"pfifo_fast\"} 0\n"
            "node_qdisc_drops_total{device=\"wlan0\",kind=\"fq\"} 3\n"
            "node_qdisc_overlimits_total{device=\"eth0\",kind=\"pfifo_fast\"} 0\n"
            "node_qdisc_overlimits_total{device=\"wlan0\",kind=\"fq\"} 4\n"
            "node_qdisc_packets_total{device=\"eth0\",kind=\"pfifo_fast\"} 0\n"
            "node_qdisc_packets_total{device=\"wlan0\",kind=\"fq\"} 1\n"
            "node_qdisc_requeues_total{device=\"eth0\",kind=\"pfifo_fast\"} 0\n"
            "node_qdisc_requeues_total{device=\"wlan0\",kind=\"fq\"} 2\n");
  EXPECT_EQ(qdisc.status(), Status());
}

TEST_F(QdiscTest, FiltersFixturesToo) {
  WriteResults(R"([{"IfaceName":"wlan0","Kind":"fq"},{"IfaceName":"eth0","Kind":"fq"}])");
  CollectorHarness qdisc(
      "qdisc", host_,
      {{"collector.qdisc.fixtures", fixtures_}, {"collector.qdisc.device-include", "wlan0"}});
  const std::string text = qdisc.Run();
  EXPECT_NE(text.find("wlan0"), std::string::npos);
  EXPECT_EQ(text.find("eth0"), std::string::npos);
}

TEST_F(QdiscTest, SaysWhatIsWrongWithItsFixtures) {
  CollectorHarness qdisc("qdisc", host_, {{"collector.qdisc.fixtures", fixtures_}});
  const auto code_of = [&](std::string_view json) {
    WriteResults(json);
    EXPECT_EQ(qdisc.Run(), "") << json;
    EXPECT_NE(qdisc.status().message().find("results.json: "), std::string::npos);
    return qdisc.status().code();
  };
  EXPECT_EQ(code_of("[{]"), ErrorCode::kParse);
  EXPECT_EQ(code_of("7"), ErrorCode::kParse);
  EXPECT_EQ(code_of("[7]"), ErrorCode::kParse);
  EXPECT_EQ(code_of(R"([{"Bytes":-1}])"), ErrorCode::kParse);
  EXPECT_EQ(code_of(R"([{"Bytes":1.5}])"), ErrorCode::kParse);
  EXPECT_EQ(code_of(R"([{"Bytes":1e999}])"), ErrorCode::kParse);
  EXPECT_EQ(code_of(R"([{"Drops":4294967296}])"), ErrorCode::kParse);
  EXPECT_EQ(code_of(R"([{"Bytes":18446744073709551616}])"), ErrorCode::kParse);
  host_.Remove("root/fixtures/results.json");
  qdisc.Run();
  EXPECT_EQ(qdisc.status().code(), ErrorCode::kAbsent);
}

TEST(QdiscKernelTest, AsksTheKernel) {
  HostTree host;
  CollectorHarness qdisc("qdisc", host);
  qdisc.Run();
  EXPECT_EQ(qdisc.status(), Status());
  EXPECT_EQ(qdisc.AllocationsOnceWarm(), 0U);
}

}  // namespace
}  // namespace hostpulse
