#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using testing::HasSubstr;
using testing::Not;

// A supervise/status file as runsv writes it.
std::string StatusFile(std::uint64_t unix_seconds, char want, char state) {
  const std::uint64_t tai = unix_seconds + 4'611'686'018'427'387'914U;
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(tai >> shift & 0xff);
  bytes += std::string("\x1d\xcd\x65\x00", 4);  // Nanoseconds.
  bytes += std::string("\xd2\x04\x00\x00", 4);  // Process id 1234.
  bytes += '\0';                                // Not paused.
  bytes += want;
  bytes += '\0';  // Not terminating.
  bytes += state;
  return bytes;
}

class RunitTest : public ::testing::Test {
 protected:
  void Write(std::string_view service, std::string_view status) {
    host_.WriteRoot("service/" + std::string(service) + "/supervise/status", status);
  }

  HostTree host_;
  const std::string directory_ = host_.Path("root/service");
  CollectorHarness runit_{"runit", host_, {{"collector.runit.servicedir", directory_}}};
};

TEST_F(RunitTest, ReportsEachService) {
  Write("sshd", StatusFile(1'700'000'000, 'u', 1));
  Write("cron", StatusFile(1'700'000'001, 'd', 0));
  host_.WriteRoot("service/cron/supervise/down", "");
  EXPECT_EQ(
      runit_.Run(),
      "node_service_desired_state{service=\"cron\",supervisor=\"runit\"} 0\n"
      "node_service_desired_state{service=\"sshd\",supervisor=\"runit\"} 1\n"
      "node_service_normal_state{service=\"cron\",supervisor=\"runit\"} 0\n"
      "node_service_normal_state{service=\"sshd\",supervisor=\"runit\"} 1\n"
      "node_service_state{service=\"cron\",supervisor=\"runit\"} 0\n"
      "node_service_state{service=\"sshd\",supervisor=\"runit\"} 1\n"
      "node_service_state_last_change_timestamp_seconds{service=\"cron\",supervisor=\"runit\"} "
      "1700000001\n"
      "node_service_state_last_change_timestamp_seconds{service=\"sshd\",supervisor=\"runit\"} "
      "1700000000\n");
  EXPECT_EQ(runit_.status(), Status());
}

TEST_F(RunitTest, ReadsTheFileThatTookThePlaceOfTheLast) {
  Write("sshd", StatusFile(1'700'000'000, 'u', 1));
  EXPECT_THAT(runit_.Run(),
              HasSubstr("node_service_state{service=\"sshd\",supervisor=\"runit\"} 1"));
  host_.Remove("root/service/sshd/supervise/status");
  Write("sshd", StatusFile(1'700'000'000, 'u', 2));
  EXPECT_THAT(runit_.Run(),
              HasSubstr("node_service_state{service=\"sshd\",supervisor=\"runit\"} 2"));
}

TEST_F(RunitTest, FollowsLinksToServicesAndOfTheDirectory) {
  host_.WriteRoot("sv/sshd/supervise/status", StatusFile(1, 'u', 1));
  host_.WriteRoot("runsvdir/one/.keep", "");
  std::filesystem::create_symlink(host_.Path("root/sv/sshd"), host_.Path("root/runsvdir/one/sshd"));
  host_.WriteRoot("runsvdir/two/.keep", "");
  std::filesystem::create_symlink("runsvdir/one", directory_);
  EXPECT_THAT(runit_.Run(), HasSubstr("service=\"sshd\""));
  // What runsvchdir does.
  std::filesystem::remove(directory_);
  std::filesystem::create_symlink("runsvdir/two", directory_);
  EXPECT_EQ(runit_.Run(), "");
  EXPECT_EQ(runit_.status(), Status());
}

TEST_F(RunitTest, PassesOverWhatIsNoSupervisedService) {
  host_.WriteRoot("service/README", "not a service\n");
  host_.WriteRoot("service/idle/run", "#!/bin/sh\n");
  EXPECT_EQ(runit_.Run(), "");
  EXPECT_EQ(runit_.status(), Status());
  const std::string log = runit_.Log();
  EXPECT_THAT(log, HasSubstr("idle/supervise/status"));
  EXPECT_THAT(log, Not(HasSubstr("level=WARN")));
}

TEST_F(RunitTest, WarnsOfAStatusThatCannotBeRead) {
  std::filesystem::create_directories(directory_ + "/odd/supervise/status");
  Write("sshd", StatusFile(1, 'u', 1));
  EXPECT_THAT(runit_.Run(), HasSubstr("service=\"sshd\""));
  EXPECT_EQ(runit_.status(), Status());
  EXPECT_THAT(runit_.Log(), HasSubstr("level=WARN"));
}

TEST_F(RunitTest, NamesTheStatusThatIsNoneOfRunit) {
  Write("daemontools", StatusFile(1, 'u', 1).substr(0, 18));
  Write("sshd", StatusFile(1, 'u', 1));
  const std::string samples = runit_.Run();
  EXPECT_THAT(samples, HasSubstr("service=\"sshd\""));
  EXPECT_THAT(samples, Not(HasSubstr("daemontools")));
  EXPECT_EQ(runit_.status().code(), ErrorCode::kParse);
  EXPECT_THAT(runit_.status().message(), HasSubstr("daemontools/supervise/status: has 18 bytes"));
}

TEST_F(RunitTest, DoesNotWaitForAFifo) {
  std::filesystem::create_directories(directory_ + "/trap/supervise");
  ASSERT_EQ(::mkfifo((directory_ + "/trap/supervise/status").c_str(), 0600), 0);
  EXPECT_EQ(runit_.Run(), "");
}

TEST_F(RunitTest, ReportsOddBytesAsTheyAre) {
  Write("b\xff", StatusFile(0, '\0', '\xc8'));
  const std::string samples = runit_.Run();
  EXPECT_THAT(samples,
              HasSubstr("node_service_state{service=\"b\xef\xbf\xbd\",supervisor=\"runit\"} "
                        "200\n"));
  EXPECT_THAT(samples, HasSubstr("node_service_desired_state{service=\"b\xef\xbf\xbd\",supervisor="
                                 "\"runit\"} 0\n"));
}

TEST_F(RunitTest, ForgetsAServiceThatLeft) {
  Write("sshd", StatusFile(1, 'u', 1));
  Write("cron", StatusFile(1, 'u', 1));
  runit_.Run();
  host_.Remove("root/service/cron");
  EXPECT_THAT(runit_.Run(), Not(HasSubstr("cron")));
  EXPECT_EQ(runit_.status(), Status());
}

TEST_F(RunitTest, IsAbsentWithoutItsDirectory) {
  EXPECT_EQ(runit_.Run(), "");
  EXPECT_EQ(runit_.status().code(), ErrorCode::kAbsent);
  EXPECT_THAT(runit_.status().message(), HasSubstr(directory_));
}

TEST_F(RunitTest, AllocatesNothingOnceWarm) {
  Write("sshd", StatusFile(1'700'000'000, 'u', 1));
  Write("cron", StatusFile(1'700'000'000, 'd', 0));
  EXPECT_EQ(runit_.AllocationsOnceWarm(), 0U);
}

}  // namespace
}  // namespace hostpulse
