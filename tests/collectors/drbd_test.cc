#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/fixed_scales.h"
#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kHead =
    "version: 8.4.11 (api:1/proto:86-101)\n"
    "srcversion: FC3433D849E3B88C1E7B55C \n";

TEST(DrbdTest, ReportsEveryFieldOfADevice) {
  HostTree host;
  host.WriteProc("drbd", std::string(kHead) +
                             "\n 0: cs:Connected ro:Primary/Secondary ds:UpToDate/UpToDate C r-----"
                             "\n    ns:17 nr:109 dw:18 dr:19 al:1 bm:1095 lo:2 pe:3 ua:4 ap:5 ep:6 "
                             "wo:f oos:7\n");
  CollectorHarness drbd("drbd", host);
  EXPECT_EQ(drbd.Run(),
            "node_drbd_activitylog_writes_total{device=\"drbd0\"} 1\n"
            "node_drbd_application_pending{device=\"drbd0\"} 5\n"
            "node_drbd_bitmap_writes_total{device=\"drbd0\"} 1095\n"
            "node_drbd_connected{device=\"drbd0\"} 1\n"
            "node_drbd_disk_read_bytes_total{device=\"drbd0\"} 19456\n"
            "node_drbd_disk_state_is_up_to_date{device=\"drbd0\",node=\"local\"} 1\n"
            "node_drbd_disk_state_is_up_to_date{device=\"drbd0\",node=\"remote\"} 1\n"
            "node_drbd_disk_written_bytes_total{device=\"drbd0\"} 18432\n"
            "node_drbd_epochs{device=\"drbd0\"} 6\n"
            "node_drbd_local_pending{device=\"drbd0\"} 2\n"
            "node_drbd_network_received_bytes_total{device=\"drbd0\"} 109\n"
            "node_drbd_network_sent_bytes_total{device=\"drbd0\"} 17408\n"
            "node_drbd_node_role_is_primary{device=\"drbd0\",node=\"local\"} 1\n"
            "node_drbd_node_role_is_primary{device=\"drbd0\",node=\"remote\"} 0\n"
            "node_drbd_out_of_sync_bytes{device=\"drbd0\"} 7168\n"
            "node_drbd_remote_pending{device=\"drbd0\"} 3\n"
            "node_drbd_remote_unacknowledged{device=\"drbd0\"} 4\n");
  EXPECT_EQ(drbd.status(), Status());
  EXPECT_EQ(drbd.AllocationsOnceWarm(), 0U);
}

TEST(DrbdTest, ScalesWhatIsReceivedWhereThatIsAskedFor) {
  HostTree host;
  host.WriteProc("drbd", " 0: cs:Connected\n    ns:1 nr:2\n");
  CollectorHarness drbd("drbd", host);
  drbd.MakeWith([](const collectors::CollectorContext& context) {
    collectors::FlagValues flags = context.flags;
    flags.Set(collectors::kFixedScales, {"true"});
    return collectors::FindCollector("drbd")->make(
        {context.paths, flags, context.descriptors, context.clock, context.log});
  });
  EXPECT_THAT(drbd.Run(),
              HasSubstr("node_drbd_network_received_bytes_total{device=\"drbd0\"} 2048\n"
                        "node_drbd_network_sent_bytes_total{device=\"drbd0\"} 1024\n"));
}

TEST(DrbdTest, TellsDevicesApartWhileOneSynchronises) {
  HostTree host;
  host.WriteProc("drbd",
                 std::string(kHead) +
                     "\n 0: cs:Unconfigured"
                     "\n10: cs:SyncSource ro:Secondary/Primary ds:UpToDate/Inconsistent C r-----"
                     "\n    ns:5 nr:0 dw:0 dr:6 al:0 bm:0 lo:0 pe:-1 ua:0 ap:0 ep:1 wo:f oos:8"
                     "\n\t[=>..................] sync'ed: 12.5% (2088960/2097152)K"
                     "\n\tfinish: 0:00:42 speed: 48,640 (24,320) K/sec"
                     "\n\t0% sector pos: 0/4194304"
                     "\n\tresync: used:0/61 hits:128 misses:1 starving:0 locked:0 changed:0\n");
  CollectorHarness drbd("drbd", host);
  const std::string text = drbd.Run();
  EXPECT_EQ(drbd.status(), Status());
  EXPECT_THAT(text, HasSubstr("node_drbd_connected{device=\"drbd0\"} 0\n"
                              "node_drbd_connected{device=\"drbd10\"} 0\n"));
  EXPECT_THAT(
      text, HasSubstr("node_drbd_disk_state_is_up_to_date{device=\"drbd10\",node=\"remote\"} 0\n"));
  EXPECT_THAT(text,
              HasSubstr("node_drbd_node_role_is_primary{device=\"drbd10\",node=\"remote\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("node_drbd_remote_pending{device=\"drbd10\"} -1\n"));
  EXPECT_THAT(text, HasSubstr("node_drbd_out_of_sync_bytes{device=\"drbd10\"} 8192\n"));
}

TEST(DrbdTest, SkipsABadFieldAndNamesIt) {
  HostTree host;
  host.WriteProc("drbd", " 0: cs:Connected ro:Primary\n    ns:many nr:99999999999999999999 dw:1\n");
  CollectorHarness drbd("drbd", host);
  EXPECT_EQ(drbd.Run(),
            "node_drbd_connected{device=\"drbd0\"} 1\n"
            "node_drbd_disk_written_bytes_total{device=\"drbd0\"} 1024\n");
  EXPECT_EQ(drbd.status().code(), ErrorCode::kParse);
  EXPECT_THAT(drbd.status().message(),
              HasSubstr("drbd: cannot parse ro:Primary in \" 0: cs:Connected ro:Primary\""));
}

TEST(DrbdTest, HasNoDevicesWithDrbd9) {
  HostTree host;
  host.WriteProc("drbd",
                 "version: 9.2.8 (api:2/proto:86-122)\n"
                 "GIT-hash: e163b05a76254c0f51f999970e861d72bb16409a build by root@host\n"
                 "Transports (api:20): tcp (9.2.8)\n");
  CollectorHarness drbd("drbd", host);
  EXPECT_EQ(drbd.Run(), "");
  EXPECT_EQ(drbd.status(), Status());
}

TEST(DrbdTest, ForgetsADeviceThatLeft) {
  HostTree host;
  host.WriteProc("drbd", " 0: cs:Connected\n 1: cs:Connected\n");
  CollectorHarness drbd("drbd", host);
  EXPECT_THAT(drbd.Run(), HasSubstr("drbd1"));
  host.WriteProc("drbd", " 0: cs:Connected\n");
  EXPECT_THAT(drbd.Run(), Not(HasSubstr("drbd1")));
}

TEST(DrbdTest, IsAbsentWithoutItsFile) {
  HostTree host;
  CollectorHarness drbd("drbd", host);
  EXPECT_EQ(drbd.Run(), "");
  EXPECT_EQ(drbd.status().code(), ErrorCode::kAbsent);
}

}  // namespace
}  // namespace hostpulse
