#include <gtest/gtest.h>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

void WritePool(HostTree& host, std::string_view available, std::string_view size) {
  host.WriteProc("sys/kernel/random/entropy_avail", available);
  host.WriteProc("sys/kernel/random/poolsize", size);
}

TEST(EntropyTest, ReadsBothFiles) {
  HostTree host;
  WritePool(host, "1337\n", "4096\n");
  CollectorHarness entropy("entropy", host);
  EXPECT_EQ(entropy.Run(),
            "node_entropy_available_bits 1337\n"
            "node_entropy_pool_size_bits 4096\n");
  WritePool(host, "256\n", "256\n");
  EXPECT_EQ(entropy.Run(),
            "node_entropy_available_bits 256\n"
            "node_entropy_pool_size_bits 256\n");
  EXPECT_EQ(entropy.AllocationsOnceWarm(), 0U);
}

TEST(EntropyTest, ExposesWhatItReadBeforeAMissingFile) {
  HostTree host;
  host.WriteProc("sys/kernel/random/entropy_avail", "1337\n");
  CollectorHarness entropy("entropy", host);
  EXPECT_EQ(entropy.Run(), "node_entropy_available_bits 1337\n");
  EXPECT_EQ(entropy.status().code(), ErrorCode::kAbsent);
}

TEST(EntropyTest, RefusesWhatIsNoNumber) {
  HostTree host;
  for (const char* bad : {"", "12x\n", "-1\n", "18446744073709551616\n", "1.5\n"}) {
    WritePool(host, bad, "256\n");
    CollectorHarness entropy("entropy", host);
    EXPECT_EQ(entropy.Run(), "") << bad;
    EXPECT_EQ(entropy.status().code(), ErrorCode::kParse) << bad;
  }
}

}  // namespace
}  // namespace hostpulse
