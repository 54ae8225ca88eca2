#include "exporter/startup_memory.h"

#include <gtest/gtest.h>

#include <fstream>
#include <stdexcept>
#include <string>

namespace hostpulse {
namespace {

// Of this process, in kB: pages of mapped files that are in memory (proc_pid_status(5)).
long ResidentFilePages() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    long size = 0;
    if (word == "RssFile:" && status >> size) return size;
  }
  return 0;
}

TEST(StartupMemoryTest, GivesBackPagesThatAreReadAgainWhenNeeded) {
  const long before = ResidentFilePages();
  ReleaseStartupMemory();
  EXPECT_LT(ResidentFilePages(), before);

  // Code, constants, relocated tables and unwinding information still are what they were.
  EXPECT_EQ(std::to_string(1.5), "1.500000");
  EXPECT_THROW((void)std::stoi("no number"), std::invalid_argument);
  ReleaseStartupMemory();
}

}  // namespace
}  // namespace hostpulse
