#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// As Linux 6.9 prints it, with a number of its own in each column that is reported.
constexpr std::string_view kToday =
    "rc 1 2 3\n"
    "fh 4 5 6 7 8\n"
    "io 9 10\n"
    "th 11 12 0.000 0.001 0.000 0.000 0.000 0.000 0.000 0.000 0.000 0.000\n"
    "ra 13 14 15 16 17 18 19 20 21 22 23 24\n"
    "net 25 26 27 28\n"
    "rpc 29 30 31 32 33\n"
    "proc2 18 201 202 203 204 205 206 207 208 209 210 211 212 213 214 215 216 217 218\n"
    "proc3 22 301 302 303 304 305 306 307 308 309 310 311 312 313 314 315 316 317 318 319 320 "
    "321 322\n"
    "proc4 2 401 402\n"
    "proc4ops 76 500 501 502 503 504 505 506 507 508 509 510 511 512 513 514 515 516 517 518 "
    "519 520 521 522 523 524 525 526 527 528 529 530 531 532 533 534 535 536 537 538 539 540 "
    "541 542 543 544 545 546 547 548 549 550 551 552 553 554 555 556 557 558 559 560 561 562 "
    "563 564 565 566 567 568 569 570 571 572 573 574 575\n"
    "wdeleg_getattr 15\n";

constexpr std::string_view kSamples = R"(node_nfsd_connections_total 28
node_nfsd_disk_bytes_read_total 9
node_nfsd_disk_bytes_written_total 10
node_nfsd_file_handles_stale_total 4
node_nfsd_packets_total{proto="tcp"} 27
node_nfsd_packets_total{proto="udp"} 26
node_nfsd_read_ahead_cache_not_found_total 24
node_nfsd_read_ahead_cache_size_blocks 13
node_nfsd_reply_cache_hits_total 1
node_nfsd_reply_cache_misses_total 2
node_nfsd_reply_cache_nocache_total 3
node_nfsd_requests_total{method="Access",proto="3"} 305
node_nfsd_requests_total{method="Access",proto="4"} 503
node_nfsd_requests_total{method="Close",proto="4"} 504
node_nfsd_requests_total{method="Commit",proto="3"} 322
node_nfsd_requests_total{method="Commit",proto="4"} 505
node_nfsd_requests_total{method="Create",proto="2"} 210
node_nfsd_requests_total{method="Create",proto="3"} 309
node_nfsd_requests_total{method="Create",proto="4"} 506
node_nfsd_requests_total{method="DelegPurge",proto="4"} 507
node_nfsd_requests_total{method="DelegReturn",proto="4"} 508
node_nfsd_requests_total{method="FsInfo",proto="3"} 320
node_nfsd_requests_total{method="FsStat",proto="2"} 218
node_nfsd_requests_total{method="FsStat",proto="3"} 319
node_nfsd_requests_total{method="GetAttr",proto="2"} 202
node_nfsd_requests_total{method="GetAttr",proto="3"} 302
node_nfsd_requests_total{method="GetAttr",proto="4"} 509
node_nfsd_requests_total{method="GetFH",proto="4"} 510
node_nfsd_requests_total{method="Link",proto="2"} 213
node_nfsd_requests_total{method="Link",proto="3"} 316
node_nfsd_requests_total{method="Link",proto="4"} 511
node_nfsd_requests_total{method="Lock",proto="4"} 512
node_nfsd_requests_total{method="Lockt",proto="4"} 513
node_nfsd_requests_total{method="Locku",proto="4"} 514
node_nfsd_requests_total{method="Lookup",proto="2"} 205
node_nfsd_requests_total{method="Lookup",proto="3"} 304
node_nfsd_requests_total{method="Lookup",proto="4"} 515
node_nfsd_requests_total{method="LookupRoot",proto="4"} 516
node_nfsd_requests_total{method="MkDir",proto="2"} 215
node_nfsd_requests_total{method="MkDir",proto="3"} 310
node_nfsd_requests_total{method="MkNod",proto="3"} 312
node_nfsd_requests_total{method="Nverify",proto="4"} 517
node_nfsd_requests_total{method="Open",proto="4"} 518
node_nfsd_requests_total{method="OpenAttr",proto="4"} 519
node_nfsd_requests_total{method="OpenConfirm",proto="4"} 520
node_nfsd_requests_total{method="OpenDgrd",proto="4"} 521
node_nfsd_requests_total{method="PathConf",proto="3"} 321
node_nfsd_requests_total{method="PutFH",proto="4"} 522
node_nfsd_requests_total{method="Read",proto="2"} 207
node_nfsd_requests_total{method="Read",proto="3"} 307
node_nfsd_requests_total{method="Read",proto="4"} 525
node_nfsd_requests_total{method="ReadDir",proto="2"} 217
node_nfsd_requests_total{method="ReadDir",proto="3"} 317
node_nfsd_requests_total{method="ReadDir",proto="4"} 526
node_nfsd_requests_total{method="ReadDirPlus",proto="3"} 318
node_nfsd_requests_total{method="ReadLink",proto="2"} 206
node_nfsd_requests_total{method="ReadLink",proto="3"} 306
node_nfsd_requests_total{method="ReadLink",proto="4"} 527
node_nfsd_requests_total{method="RelLockOwner",proto="4"} 537
node_nfsd_requests_total{method="Remove",proto="2"} 211
node_nfsd_requests_total{method="Remove",proto="3"} 313
node_nfsd_requests_total{method="Remove",proto="4"} 528
node_nfsd_requests_total{method="Rename",proto="2"} 212
node_nfsd_requests_total{method="Rename",proto="3"} 315
node_nfsd_requests_total{method="Rename",proto="4"} 529
node_nfsd_requests_total{method="Renew",proto="4"} 530
node_nfsd_requests_total{method="RestoreFH",proto="4"} 531
node_nfsd_requests_total{method="RmDir",proto="2"} 216
node_nfsd_requests_total{method="RmDir",proto="3"} 314
node_nfsd_requests_total{method="Root",proto="2"} 204
node_nfsd_requests_total{method="SaveFH",proto="4"} 532
node_nfsd_requests_total{method="SecInfo",proto="4"} 533
node_nfsd_requests_total{method="SetAttr",proto="2"} 203
node_nfsd_requests_total{method="SetAttr",proto="3"} 303
node_nfsd_requests_total{method="SetAttr",proto="4"} 534
node_nfsd_requests_total{method="SymLink",proto="2"} 214
node_nfsd_requests_total{method="SymLink",proto="3"} 311
node_nfsd_requests_total{method="Verify",proto="4"} 535
node_nfsd_requests_total{method="WdelegGetattr",proto="4"} 15
node_nfsd_requests_total{method="WrCache",proto="2"} 208
node_nfsd_requests_total{method="Write",proto="2"} 209
node_nfsd_requests_total{method="Write",proto="3"} 308
node_nfsd_requests_total{method="Write",proto="4"} 536
node_nfsd_rpc_errors_total{error="auth"} 32
node_nfsd_rpc_errors_total{error="cInt"} 33
node_nfsd_rpc_errors_total{error="fmt"} 31
node_nfsd_server_rpcs_total 29
node_nfsd_server_threads 11
)";

class NfsdTest : public testing::Test {
 protected:
  std::string Run(std::string_view text) {
    host_.WriteProc("net/rpc/nfsd", text);
    return nfsd_.Run();
  }
  // Makes the collector as --hostpulse.fixed-scales does.
  void FixScales(const char* value) {
    flags_.Set("hostpulse.fixed-scales", {value});
    nfsd_.MakeWith([this](const collectors::CollectorContext& context) {
      return collectors::FindCollector("nfsd")->make(
          {context.paths, flags_, context.descriptors, context.clock, context.log});
    });
  }
  // What it says of a file that it cannot read.
  std::string ErrorOf(std::string_view text) {
    EXPECT_EQ(Run(text), "") << text;
    EXPECT_EQ(nfsd_.status().code(), ErrorCode::kParse) << text;
    return nfsd_.status().message();
  }

  HostTree host_;
  CollectorHarness nfsd_{"nfsd", host_};
  collectors::FlagValues flags_;
};

TEST_F(NfsdTest, ReadsEveryCounter) {
  EXPECT_EQ(Run(kToday), kSamples);
  EXPECT_EQ(nfsd_.status(), Status());
}

TEST_F(NfsdTest, CallsTheLastOperationsByTheirNamesOnlyWhenAskedTo) {
  FixScales("true");
  EXPECT_THAT(Run(kToday), AllOf(HasSubstr("{method=\"SetAttr\",proto=\"4\"} 534\n"),
                                 HasSubstr("{method=\"Verify\",proto=\"4\"} 537\n"),
                                 HasSubstr("{method=\"Write\",proto=\"4\"} 538\n"),
                                 HasSubstr("{method=\"RelLockOwner\",proto=\"4\"} 539\n")));
}

TEST_F(NfsdTest, CallsTheLastOperationsAsNodeExporterDoesOtherwise) {
  FixScales("false");
  EXPECT_THAT(Run(kToday), HasSubstr("{method=\"Write\",proto=\"4\"} 536\n"));
}

TEST_F(NfsdTest, CountsAsZeroWhatThisKernelDoesNotHave) {
  const std::string samples = Run("rc 1 2 3\nnet 4 5 6 7\n");
  EXPECT_EQ(nfsd_.status(), Status());
  EXPECT_THAT(samples, HasSubstr("node_nfsd_reply_cache_nocache_total 3\n"));
  EXPECT_THAT(samples, HasSubstr("node_nfsd_read_ahead_cache_size_blocks 0\n"));
  EXPECT_THAT(samples, HasSubstr("{method=\"Write\",proto=\"2\"} 0\n"));
  EXPECT_THAT(samples, HasSubstr("{method=\"WdelegGetattr\",proto=\"4\"} 0\n"));
}

TEST_F(NfsdTest, PassesOverLinesOfLaterKernels) {
  EXPECT_THAT(Run("rc 1 2 3\nnew line\nth 4 5\n"), HasSubstr("node_nfsd_server_threads 4\n"));
  EXPECT_EQ(nfsd_.status(), Status());
}

TEST_F(NfsdTest, NamesTheLineItCannotRead) {
  EXPECT_THAT(ErrorOf("rc 1 two 3\n"),
              HasSubstr("net/rpc/nfsd: cannot parse two in \"rc 1 two 3\""));
  EXPECT_THAT(ErrorOf("rc 1 -2 3\n"), HasSubstr("cannot parse -2"));
  EXPECT_THAT(ErrorOf("io 1 18446744073709551616\n"), HasSubstr("18446744073709551616"));
  for (const std::string_view line :
       {"rc 1 2", "fh 1 2 3 4", "io 1", "th 1", "ra 1 2 3", "net 1 2 3", "rpc 1 2 3 4", "proc2 1 2",
        "proc3 1 2", "proc4ops 3 1 2", "proc4ops 2 1 2", "wdeleg_getattr"}) {
    EXPECT_THAT(ErrorOf(line), HasSubstr("the number of values")) << line;
  }
}

TEST_F(NfsdTest, IsAbsentWithoutAnNfsServer) {
  EXPECT_EQ(nfsd_.Run(), "");
  EXPECT_EQ(nfsd_.status().code(), ErrorCode::kAbsent);
  EXPECT_THAT(nfsd_.status().message(), HasSubstr("net/rpc/nfsd"));
}

TEST_F(NfsdTest, AllocatesNothingOnceWarm) {
  host_.WriteProc("net/rpc/nfsd", kToday);
  EXPECT_EQ(nfsd_.AllocationsOnceWarm(), 0U);
}

}  // namespace
}  // namespace hostpulse
