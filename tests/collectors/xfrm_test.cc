#include <gtest/gtest.h>

#include <string>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

// As Linux 6.1 prints it, and a counter that came later.
constexpr std::string_view kStat =
    "XfrmInError             \t1\n"
    "XfrmInBufferError       \t2\n"
    "XfrmInHdrError          \t4\n"
    "XfrmInNoStates          \t3\n"
    "XfrmInStateProtoError   \t40\n"
    "XfrmInStateModeError    \t100\n"
    "XfrmInStateSeqError     \t6000\n"
    "XfrmInStateExpired      \t4\n"
    "XfrmInStateMismatch     \t23451\n"
    "XfrmInStateInvalid      \t55555\n"
    "XfrmInTmplMismatch      \t51\n"
    "XfrmInNoPols            \t65432\n"
    "XfrmInPolBlock          \t101\n"
    "XfrmInPolError          \t102\n"
    "XfrmOutError            \t1000000\n"
    "XfrmOutBundleGenError   \t43321\n"
    "XfrmOutBundleCheckError \t555\n"
    "XfrmOutNoStates         \t869\n"
    "XfrmOutStateProtoError  \t4542\n"
    "XfrmOutStateModeError   \t4\n"
    "XfrmOutStateSeqError    \t543\n"
    "XfrmOutStateExpired     \t565\n"
    "XfrmOutPolBlock         \t43456\n"
    "XfrmOutPolDead          \t7656\n"
    "XfrmOutPolError         \t1454\n"
    "XfrmFwdHdrError         \t6654\n"
    "XfrmOutStateInvalid     \t28765\n"
    "XfrmAcquireError        \t24532\n"
    "XfrmOutStateDirError    \t9\n";

TEST(XfrmTest, ReadsEveryCounterItKnowsAndPassesOverNewerOnes) {
  HostTree host;
  host.WriteProc("net/xfrm_stat", kStat);
  CollectorHarness xfrm("xfrm", host);
  EXPECT_EQ(xfrm.Run(),
            "node_xfrm_acquire_error_packets_total 24532\n"
            "node_xfrm_fwd_hdr_error_packets_total 6654\n"
            "node_xfrm_in_buffer_error_packets_total 2\n"
            "node_xfrm_in_error_packets_total 1\n"
            "node_xfrm_in_hdr_error_packets_total 4\n"
            "node_xfrm_in_no_pols_packets_total 65432\n"
            "node_xfrm_in_no_states_packets_total 3\n"
            "node_xfrm_in_pol_block_packets_total 101\n"
            "node_xfrm_in_pol_error_packets_total 102\n"
            "node_xfrm_in_state_expired_packets_total 4\n"
            "node_xfrm_in_state_invalid_packets_total 55555\n"
            "node_xfrm_in_state_mismatch_packets_total 23451\n"
            "node_xfrm_in_state_mode_error_packets_total 100\n"
            "node_xfrm_in_state_proto_error_packets_total 40\n"
            "node_xfrm_in_state_seq_error_packets_total 6000\n"
            "node_xfrm_in_tmpl_mismatch_packets_total 51\n"
            "node_xfrm_out_bundle_check_error_packets_total 555\n"
            "node_xfrm_out_bundle_gen_error_packets_total 43321\n"
            "node_xfrm_out_error_packets_total 1000000\n"
            "node_xfrm_out_no_states_packets_total 869\n"
            "node_xfrm_out_pol_block_packets_total 43456\n"
            "node_xfrm_out_pol_dead_packets_total 7656\n"
            "node_xfrm_out_pol_error_packets_total 1454\n"
            "node_xfrm_out_state_expired_packets_total 565\n"
            "node_xfrm_out_state_invalid_packets_total 28765\n"
            "node_xfrm_out_state_mode_error_packets_total 4\n"
            "node_xfrm_out_state_proto_error_packets_total 4542\n"
            "node_xfrm_out_state_seq_error_packets_total 543\n");
  EXPECT_EQ(xfrm.status(), Status());
}

TEST(XfrmTest, LeavesOutWhatAnOldKernelDoesNotCount) {
  HostTree host;
  host.WriteProc("net/xfrm_stat", "XfrmInError 18446744073709551615\n");
  CollectorHarness xfrm("xfrm", host);
  EXPECT_EQ(xfrm.Run(), "node_xfrm_in_error_packets_total 18446744073709551616\n");
  EXPECT_EQ(xfrm.status(), Status());
}

TEST(XfrmTest, NamesTheLineItCannotRead) {
  HostTree host;
  CollectorHarness xfrm("xfrm", host);
  for (const std::string line : {"XfrmInError", "XfrmInError -1", "XfrmInError 1 2",
                                 "XfrmInError 18446744073709551616", "XfrmInError 0x1"}) {
    host.WriteProc("net/xfrm_stat", line + "\n");
    EXPECT_EQ(xfrm.Run(), "") << line;
    EXPECT_EQ(xfrm.status().code(), ErrorCode::kParse) << line;
    EXPECT_NE(xfrm.status().message().find("counter in \"" + line + "\""), std::string::npos);
  }
}

TEST(XfrmTest, IsAbsentWithoutIpsecInTheKernel) {
  HostTree host;
  CollectorHarness xfrm("xfrm", host);
  EXPECT_EQ(xfrm.Run(), "");
  EXPECT_EQ(xfrm.status().code(), ErrorCode::kAbsent);
}

TEST(XfrmTest, AllocatesNothingOnceWarm) {
  HostTree host;
  host.WriteProc("net/xfrm_stat", kStat);
  EXPECT_EQ(CollectorHarness("xfrm", host).AllocationsOnceWarm(), 0U);
}

}  // namespace
}  // namespace hostpulse
