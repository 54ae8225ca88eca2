#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using testing::HasSubstr;

// As Linux 6.1 prints it, with a number of its own in each column.
constexpr std::string_view kToday =
    "net 70 71 72 73\n"
    "rpc 1218785755 374636 1218815394\n"
    "proc2 18 201 202 203 204 205 206 207 208 209 210 211 212 213 214 215 216 217 218\n"
    "proc3 22 301 302 303 304 305 306 307 308 309 310 311 312 313 314 315 316 317 318 319 320 321 "
    "322\n"
    "proc4 69 401 402 403 404 405 406 407 408 409 410 411 412 413 414 415 416 417 418 419 420 421 "
    "422 423 424 425 426 427 428 429 430 431 432 433 434 435 436 437 438 439 440 441 442 443 444 "
    "445 446 447 448 449 450 451 452 453 454 455 456 457 458 459 460 461 462 463 464 465 466 467 "
    "468 469\n";

class NfsTest : public testing::Test {
 protected:
  std::string Run(std::string_view text) {
    host_.WriteProc("net/rpc/nfs", text);
    return nfs_.Run();
  }
  // What it says of a file that it cannot read.
  std::string ErrorOf(std::string_view text) {
    EXPECT_EQ(Run(text), "") << text;
    EXPECT_EQ(nfs_.status().code(), ErrorCode::kParse) << text;
    return nfs_.status().message();
  }

  HostTree host_;
  CollectorHarness nfs_{"nfs", host_};
};

TEST_F(NfsTest, ReadsEveryCounter) {
  EXPECT_EQ(Run(kToday),
            "node_nfs_connections_total 73\n"
            "node_nfs_packets_total{protocol=\"tcp\"} 72\n"
            "node_nfs_packets_total{protocol=\"udp\"} 71\n"
            "node_nfs_requests_total{method=\"Access\",proto=\"3\"} 305\n"
            "node_nfs_requests_total{method=\"Access\",proto=\"4\"} 418\n"
            "node_nfs_requests_total{method=\"Allocate\",proto=\"4\"} 456\n"
            "node_nfs_requests_total{method=\"BindConnToSession\",proto=\"4\"} 453\n"
            "node_nfs_requests_total{method=\"Clone\",proto=\"4\"} 459\n"
            "node_nfs_requests_total{method=\"Close\",proto=\"4\"} 409\n"
            "node_nfs_requests_total{method=\"Commit\",proto=\"3\"} 322\n"
            "node_nfs_requests_total{method=\"Commit\",proto=\"4\"} 404\n"
            "node_nfs_requests_total{method=\"Create\",proto=\"2\"} 210\n"
            "node_nfs_requests_total{method=\"Create\",proto=\"3\"} 309\n"
            "node_nfs_requests_total{method=\"Create\",proto=\"4\"} 426\n"
            "node_nfs_requests_total{method=\"CreateSession\",proto=\"4\"} 440\n"
            "node_nfs_requests_total{method=\"DeAllocate\",proto=\"4\"} 457\n"
            "node_nfs_requests_total{method=\"DelegReturn\",proto=\"4\"} 432\n"
            "node_nfs_requests_total{method=\"DestroyClientID\",proto=\"4\"} 454\n"
            "node_nfs_requests_total{method=\"DestroySession\",proto=\"4\"} 441\n"
            "node_nfs_requests_total{method=\"ExchangeID\",proto=\"4\"} 439\n"
            "node_nfs_requests_total{method=\"FreeStateID\",proto=\"4\"} 451\n"
            "node_nfs_requests_total{method=\"FsInfo\",proto=\"3\"} 320\n"
            "node_nfs_requests_total{method=\"FsInfo\",proto=\"4\"} 411\n"
            "node_nfs_requests_total{method=\"FsLocations\",proto=\"4\"} 435\n"
            "node_nfs_requests_total{method=\"FsStat\",proto=\"2\"} 218\n"
            "node_nfs_requests_total{method=\"FsStat\",proto=\"3\"} 319\n"
            "node_nfs_requests_total{method=\"FsidPresent\",proto=\"4\"} 438\n"
            "node_nfs_requests_total{method=\"GetACL\",proto=\"4\"} 433\n"
            "node_nfs_requests_total{method=\"GetAttr\",proto=\"2\"} 202\n"
            "node_nfs_requests_total{method=\"GetAttr\",proto=\"3\"} 302\n"
            "node_nfs_requests_total{method=\"GetDeviceInfo\",proto=\"4\"} 446\n"
            "node_nfs_requests_total{method=\"GetDeviceList\",proto=\"4\"} 452\n"
            "node_nfs_requests_total{method=\"GetLeaseTime\",proto=\"4\"} 443\n"
            "node_nfs_requests_total{method=\"Getattr\",proto=\"4\"} 419\n"
            "node_nfs_requests_total{method=\"LayoutCommit\",proto=\"4\"} 447\n"
            "node_nfs_requests_total{method=\"LayoutGet\",proto=\"4\"} 445\n"
            "node_nfs_requests_total{method=\"LayoutReturn\",proto=\"4\"} 448\n"
            "node_nfs_requests_total{method=\"LayoutStats\",proto=\"4\"} 458\n"
            "node_nfs_requests_total{method=\"Link\",proto=\"2\"} 213\n"
            "node_nfs_requests_total{method=\"Link\",proto=\"3\"} 316\n"
            "node_nfs_requests_total{method=\"Link\",proto=\"4\"} 424\n"
            "node_nfs_requests_total{method=\"Lock\",proto=\"4\"} 415\n"
            "node_nfs_requests_total{method=\"Lockt\",proto=\"4\"} 416\n"
            "node_nfs_requests_total{method=\"Locku\",proto=\"4\"} 417\n"
            "node_nfs_requests_total{method=\"Lookup\",proto=\"2\"} 205\n"
            "node_nfs_requests_total{method=\"Lookup\",proto=\"3\"} 304\n"
            "node_nfs_requests_total{method=\"Lookup\",proto=\"4\"} 420\n"
            "node_nfs_requests_total{method=\"LookupRoot\",proto=\"4\"} 421\n"
            "node_nfs_requests_total{method=\"MkDir\",proto=\"2\"} 215\n"
            "node_nfs_requests_total{method=\"MkDir\",proto=\"3\"} 310\n"
            "node_nfs_requests_total{method=\"MkNod\",proto=\"3\"} 312\n"
            "node_nfs_requests_total{method=\"Null\",proto=\"2\"} 201\n"
            "node_nfs_requests_total{method=\"Null\",proto=\"3\"} 301\n"
            "node_nfs_requests_total{method=\"Null\",proto=\"4\"} 401\n"
            "node_nfs_requests_total{method=\"Open\",proto=\"4\"} 405\n"
            "node_nfs_requests_total{method=\"OpenConfirm\",proto=\"4\"} 406\n"
            "node_nfs_requests_total{method=\"OpenDowngrade\",proto=\"4\"} 408\n"
            "node_nfs_requests_total{method=\"OpenNoattr\",proto=\"4\"} 407\n"
            "node_nfs_requests_total{method=\"PathConf\",proto=\"3\"} 321\n"
            "node_nfs_requests_total{method=\"Pathconf\",proto=\"4\"} 427\n"
            "node_nfs_requests_total{method=\"Read\",proto=\"2\"} 207\n"
            "node_nfs_requests_total{method=\"Read\",proto=\"3\"} 307\n"
            "node_nfs_requests_total{method=\"Read\",proto=\"4\"} 402\n"
            "node_nfs_requests_total{method=\"ReadDir\",proto=\"2\"} 217\n"
            "node_nfs_requests_total{method=\"ReadDir\",proto=\"3\"} 317\n"
            "node_nfs_requests_total{method=\"ReadDir\",proto=\"4\"} 430\n"
            "node_nfs_requests_total{method=\"ReadDirPlus\",proto=\"3\"} 318\n"
            "node_nfs_requests_total{method=\"ReadLink\",proto=\"2\"} 206\n"
            "node_nfs_requests_total{method=\"ReadLink\",proto=\"3\"} 306\n"
            "node_nfs_requests_total{method=\"ReadLink\",proto=\"4\"} 429\n"
            "node_nfs_requests_total{method=\"ReclaimComplete\",proto=\"4\"} 444\n"
            "node_nfs_requests_total{method=\"ReleaseLockowner\",proto=\"4\"} 436\n"
            "node_nfs_requests_total{method=\"Remove\",proto=\"2\"} 211\n"
            "node_nfs_requests_total{method=\"Remove\",proto=\"3\"} 313\n"
            "node_nfs_requests_total{method=\"Remove\",proto=\"4\"} 422\n"
            "node_nfs_requests_total{method=\"Rename\",proto=\"2\"} 212\n"
            "node_nfs_requests_total{method=\"Rename\",proto=\"3\"} 315\n"
            "node_nfs_requests_total{method=\"Rename\",proto=\"4\"} 423\n"
            "node_nfs_requests_total{method=\"Renew\",proto=\"4\"} 412\n"
            "node_nfs_requests_total{method=\"RmDir\",proto=\"2\"} 216\n"
            "node_nfs_requests_total{method=\"RmDir\",proto=\"3\"} 314\n"
            "node_nfs_requests_total{method=\"Root\",proto=\"2\"} 204\n"
            "node_nfs_requests_total{method=\"Secinfo\",proto=\"4\"} 437\n"
            "node_nfs_requests_total{method=\"SecinfoNoName\",proto=\"4\"} 449\n"
            "node_nfs_requests_total{method=\"Seek\",proto=\"4\"} 455\n"
            "node_nfs_requests_total{method=\"Sequence\",proto=\"4\"} 442\n"
            "node_nfs_requests_total{method=\"ServerCaps\",proto=\"4\"} 431\n"
            "node_nfs_requests_total{method=\"SetACL\",proto=\"4\"} 434\n"
            "node_nfs_requests_total{method=\"SetAttr\",proto=\"2\"} 203\n"
            "node_nfs_requests_total{method=\"SetAttr\",proto=\"3\"} 303\n"
            "node_nfs_requests_total{method=\"SetClientID\",proto=\"4\"} 413\n"
            "node_nfs_requests_total{method=\"SetClientIDConfirm\",proto=\"4\"} 414\n"
            "node_nfs_requests_total{method=\"Setattr\",proto=\"4\"} 410\n"
            "node_nfs_requests_total{method=\"StatFs\",proto=\"4\"} 428\n"
            "node_nfs_requests_total{method=\"SymLink\",proto=\"2\"} 214\n"
            "node_nfs_requests_total{method=\"SymLink\",proto=\"3\"} 311\n"
            "node_nfs_requests_total{method=\"Symlink\",proto=\"4\"} 425\n"
            "node_nfs_requests_total{method=\"TestStateID\",proto=\"4\"} 450\n"
            "node_nfs_requests_total{method=\"WrCache\",proto=\"2\"} 208\n"
            "node_nfs_requests_total{method=\"Write\",proto=\"2\"} 209\n"
            "node_nfs_requests_total{method=\"Write\",proto=\"3\"} 308\n"
            "node_nfs_requests_total{method=\"Write\",proto=\"4\"} 403\n"
            "node_nfs_rpc_authentication_refreshes_total 1218815394\n"
            "node_nfs_rpc_retransmissions_total 374636\n"
            "node_nfs_rpcs_total 1218785755\n");
  EXPECT_EQ(nfs_.status(), Status());
}

TEST_F(NfsTest, CountsAsZeroWhatAnOldKernelDoesNotHave) {
  const std::string samples = Run("net 1 2 3 4\nrpc 5 6 7\nproc4 3 8 9 10\n");
  EXPECT_EQ(nfs_.status(), Status());
  EXPECT_THAT(samples, HasSubstr("{method=\"Write\",proto=\"4\"} 10\n"));
  EXPECT_THAT(samples, HasSubstr("{method=\"Commit\",proto=\"4\"} 0\n"));
  EXPECT_THAT(samples, HasSubstr("{method=\"Clone\",proto=\"4\"} 0\n"));
  EXPECT_THAT(samples, HasSubstr("{method=\"Read\",proto=\"2\"} 0\n"));
}

TEST_F(NfsTest, ForgetsWhatTheLastCollectionHad) {
  Run("net 1 2 3 4\nrpc 5 6 7\nproc4 1 8\n");
  EXPECT_THAT(Run("net 1 2 3 4\n"), HasSubstr("node_nfs_rpcs_total 0\n"));
}

TEST_F(NfsTest, PassesOverLinesOfLaterKernels) {
  EXPECT_THAT(Run("net 1 2 3 4\nproc5 what ever\nrpc 5 6 7\n"),
              HasSubstr("node_nfs_rpcs_total 5\n"));
  EXPECT_EQ(nfs_.status(), Status());
}

TEST_F(NfsTest, NamesTheLineItCannotRead) {
  EXPECT_THAT(ErrorOf("net 1 2 3 4\nrpc 5 six 7\n"),
              HasSubstr("net/rpc/nfs: cannot parse six in \"rpc 5 six 7\""));
  EXPECT_THAT(ErrorOf("rpc 5 -6 7\n"), HasSubstr("cannot parse -6"));
  EXPECT_THAT(ErrorOf("rpc 18446744073709551616 6 7\n"), HasSubstr("18446744073709551616"));
  EXPECT_THAT(ErrorOf("net 1 2 3\n"), HasSubstr("the number of values in \"net 1 2 3\""));
  EXPECT_THAT(ErrorOf("rpc\n"), HasSubstr("the number of values"));
  EXPECT_THAT(ErrorOf("proc4 3 8 9\n"), HasSubstr("the number of values"));
  EXPECT_THAT(ErrorOf("proc4 3 8 9 10 11\n"), HasSubstr("the number of values"));
  EXPECT_THAT(ErrorOf("proc2 2 8 9\n"), HasSubstr("the number of values"));
}

TEST_F(NfsTest, IsAbsentWithoutAnNfsClient) {
  EXPECT_EQ(nfs_.Run(), "");
  EXPECT_EQ(nfs_.status().code(), ErrorCode::kAbsent);
  EXPECT_THAT(nfs_.status().message(), HasSubstr("net/rpc/nfs"));
}

TEST_F(NfsTest, AllocatesNothingOnceWarm) {
  host_.WriteProc("net/rpc/nfs", kToday);
  EXPECT_EQ(nfs_.AllocationsOnceWarm(), 0U);
}

}  // namespace
}  // namespace hostpulse
