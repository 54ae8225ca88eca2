#include <gtest/gtest.h>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

TEST(FilefdTest, ReadsTheFirstAndTheThirdField) {
  HostTree host;
  host.WriteProc("sys/fs/file-nr", "1024\t0\t1631329\n");
  CollectorHarness filefd("filefd", host);
  EXPECT_EQ(filefd.Run(),
            "node_filefd_allocated 1024\n"
            "node_filefd_maximum 1631329\n");
  EXPECT_EQ(filefd.AllocationsOnceWarm(), 0U);
}

TEST(FilefdTest, TakesTheLargestNumberOfTheKernel) {
  HostTree host;
  host.WriteProc("sys/fs/file-nr", "2048\t0\t9223372036854775807\n");
  EXPECT_EQ(CollectorHarness("filefd", host).Run(),
            "node_filefd_allocated 2048\n"
            "node_filefd_maximum 9223372036854775808\n");
}

TEST(FilefdTest, NamesTheFieldThatIsMissingOrBad) {
  HostTree host;
  CollectorHarness filefd("filefd", host);
  filefd.Run();
  EXPECT_EQ(filefd.status().code(), ErrorCode::kAbsent);

  host.WriteProc("sys/fs/file-nr", "1024\t0\n");
  EXPECT_EQ(filefd.Run(), "");
  EXPECT_EQ(filefd.status().code(), ErrorCode::kParse);
  EXPECT_NE(filefd.status().message().find("node_filefd_maximum"), std::string::npos);

  host.WriteProc("sys/fs/file-nr", "x\t0\t5\n");
  EXPECT_EQ(filefd.Run(), "");
  EXPECT_NE(filefd.status().message().find("node_filefd_allocated"), std::string::npos);
}

}  // namespace
}  // namespace hostpulse
