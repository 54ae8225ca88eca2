#include <gtest/gtest.h>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

TEST(SoftnetTest, ReadsTheColumnsOfTodaysKernel) {
  HostTree host;
  host.WriteProc(
      "net/softnet_stat",
      "00000041 00000002 00000003 0 0 0 0 0 00000004 00000005 00000006 00000007 00000000 "
      "00000009 0000000a\n"
      "ffffffff 00000000 00000000 0 0 0 0 0 00000000 00000000 00000000 00000000 0000000b "
      "00000000 00000000\n");
  CollectorHarness softnet("softnet", host);
  EXPECT_EQ(softnet.Run(),
            "node_softnet_backlog_len{cpu=\"0\"} 7\n"
            "node_softnet_backlog_len{cpu=\"11\"} 0\n"
            "node_softnet_cpu_collision_total{cpu=\"0\"} 4\n"
            "node_softnet_cpu_collision_total{cpu=\"11\"} 0\n"
            "node_softnet_dropped_total{cpu=\"0\"} 2\n"
            "node_softnet_dropped_total{cpu=\"11\"} 0\n"
            "node_softnet_flow_limit_count_total{cpu=\"0\"} 6\n"
            "node_softnet_flow_limit_count_total{cpu=\"11\"} 0\n"
            "node_softnet_processed_total{cpu=\"0\"} 65\n"
            "node_softnet_processed_total{cpu=\"11\"} 4294967295\n"
            "node_softnet_received_rps_total{cpu=\"0\"} 5\n"
            "node_softnet_received_rps_total{cpu=\"11\"} 0\n"
            "node_softnet_times_squeezed_total{cpu=\"0\"} 3\n"
            "node_softnet_times_squeezed_total{cpu=\"11\"} 0\n");
  EXPECT_EQ(softnet.status(), Status());
}

TEST(SoftnetTest, CountsLinesWhereAnOldKernelHasNoIndex) {
  HostTree host;
  host.WriteProc("net/softnet_stat", "1 2 3 0 0 0 0 0 4\n5 6 7 0 0 0 0 0 8\n");
  CollectorHarness softnet("softnet", host);
  const std::string text = softnet.Run();
  EXPECT_NE(text.find("node_softnet_processed_total{cpu=\"0\"} 1\n"), std::string::npos);
  EXPECT_NE(text.find("node_softnet_processed_total{cpu=\"1\"} 5\n"), std::string::npos);
  EXPECT_NE(text.find("node_softnet_received_rps_total{cpu=\"1\"} 0\n"), std::string::npos);
}

TEST(SoftnetTest, DropsACpuThatWentOffline) {
  HostTree host;
  const std::string cpu0 = "1 2 3 0 0 0 0 0 4 0 0 0 0\n";
  const std::string cpu1 = "5 6 7 0 0 0 0 0 8 0 0 0 1\n";
  host.WriteProc("net/softnet_stat", cpu0 + cpu1);
  CollectorHarness softnet("softnet", host);
  EXPECT_NE(softnet.Run().find("cpu=\"0\""), std::string::npos);
  host.WriteProc("net/softnet_stat", cpu1);
  const std::string text = softnet.Run();
  EXPECT_EQ(text.find("cpu=\"0\""), std::string::npos);
  EXPECT_NE(text.find("node_softnet_processed_total{cpu=\"1\"} 5\n"), std::string::npos);
}

TEST(SoftnetTest, NamesWhatItCannotRead) {
  HostTree host;
  CollectorHarness softnet("softnet", host);
  const auto error_of = [&](std::string_view content) {
    host.WriteProc("net/softnet_stat", content);
    softnet.Run();
    EXPECT_EQ(softnet.status().code(), ErrorCode::kParse);
    return softnet.status().message();
  };
  EXPECT_NE(error_of("1 2 3 0 0 0 0 4\n").find("nine columns in \"1 2 3 0 0 0 0 4\""),
            std::string::npos);
  EXPECT_NE(error_of("1 2 3 0 0 0 0 0 wat\n").find("parse wat in"), std::string::npos);
  EXPECT_NE(error_of("1ffffffff 2 3 0 0 0 0 0 4\n").find("1ffffffff"), std::string::npos);
}

TEST(SoftnetTest, IsAbsentWithoutTheFile) {
  HostTree host;
  CollectorHarness softnet("softnet", host);
  EXPECT_EQ(softnet.Run(), "");
  EXPECT_EQ(softnet.status().code(), ErrorCode::kAbsent);
}

TEST(SoftnetTest, AllocatesNothingOnceWarm) {
  HostTree host;
  host.WriteProc("net/softnet_stat", "1 2 3 0 0 0 0 0 4 0 0 0 0\n5 6 7 0 0 0 0 0 8 0 0 0 1\n");
  EXPECT_EQ(CollectorHarness("softnet", host).AllocationsOnceWarm(), 0U);
}

}  // namespace
}  // namespace hostpulse
