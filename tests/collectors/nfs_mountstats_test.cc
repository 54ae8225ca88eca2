#include "collectors/nfs_mountstats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace hostpulse::collectors {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kPath = "/proc/self/mountstats";

std::string Head(std::string_view version) {
  return "device srv:/x mounted on /mnt/x with fstype nfs statvers=" + std::string(version) + "\n";
}

// The only transport of a mount with this line.
NfsTransport Transport(std::string_view version, const std::string& line) {
  const std::string text = Head(version) + "\txprt:\t" + line + "\n\n";
  MountstatsScanner mounts(text, kPath);
  NfsMount mount;
  EXPECT_TRUE(mounts.Next(mount)) << mounts.status().message();
  EXPECT_EQ(mount.transports.size(), 1U);
  NfsTransport transport = mount.transports.empty() ? NfsTransport() : mount.transports[0];
  transport.protocol = {};  // Its text goes.
  return transport;
}

// What is said of a mount with this line.
std::string ErrorOf(const std::string& text) {
  MountstatsScanner mounts(text, kPath);
  NfsMount mount;
  EXPECT_FALSE(mounts.Next(mount)) << text;
  EXPECT_EQ(mounts.status().code(), ErrorCode::kParse) << text;
  return mounts.status().message();
}

TEST(MountstatsScannerTest, ReadsTransportsOfBothVersions) {
  EXPECT_THAT(Transport("1.1", "tcp 1 2 3 4 5 6 7 8 9 10 11 12 13").values,
              ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13));
  EXPECT_THAT(Transport("1.0", "tcp 1 2 3 4 5 6 7 8 9 10").values,
              ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 0, 0));
}

TEST(MountstatsScannerTest, KnowsThatUdpHasNoConnection) {
  EXPECT_THAT(Transport("1.1", "udp 1 2 6 7 8 9 10 11 12 13").values,
              ElementsAre(1, 2, 0, 0, 0, 6, 7, 8, 9, 10, 11, 12, 13));
  EXPECT_THAT(Transport("1.0", "udp 1 2 6 7 8 9 10").values,
              ElementsAre(1, 2, 0, 0, 0, 6, 7, 8, 9, 10, 0, 0, 0));
}

TEST(MountstatsScannerTest, KnowsThatRdmaHasOtherNumbersBehindTheOldOnes) {
  EXPECT_THAT(
      Transport("1.1", "rdma 1 2 3 4 5 6 7 8 9 10 21 22 23 24 25 26 27 28 29 30 31 32").values,
      ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 0, 0));
}

TEST(MountstatsScannerTest, RefusesTransportsItDoesNotKnow) {
  EXPECT_THAT(ErrorOf(Head("1.1") + "\txprt:\tsctp 1 2 3\n\n"), HasSubstr("cannot parse protocol"));
  EXPECT_THAT(ErrorOf(Head("2.0") + "\txprt:\ttcp 1 2 3\n\n"), HasSubstr("cannot parse statvers"));
  EXPECT_THAT(ErrorOf(Head("1.1") + "\txprt:\ttcp 1 2 3 4 5 6 7 8 9 10\n\n"),
              HasSubstr("cannot parse xprt"));
  EXPECT_THAT(ErrorOf(Head("1.1") + "\txprt:\tudp 1 2 6 7 8 9 10\n\n"),
              HasSubstr("cannot parse xprt"));
}

TEST(MountstatsScannerTest, NamesTheLineItCannotRead) {
  EXPECT_THAT(ErrorOf("device srv:/x mounted\n"), HasSubstr("cannot parse device"));
  EXPECT_THAT(ErrorOf("device srv:/x mounted on /x as fstype nfs\n"), HasSubstr("device"));
  EXPECT_THAT(ErrorOf(Head("1.1") + "\tage:\t-1\n\n"), HasSubstr("mountstats: cannot parse age:"));
  EXPECT_THAT(ErrorOf(Head("1.1") + "\tbytes:\t1 2 3 4 5 6 7\n\n"), HasSubstr("bytes:"));
  EXPECT_THAT(ErrorOf(Head("1.1") + "\tevents:\t1 2 3\n\n"), HasSubstr("events:"));
  EXPECT_THAT(ErrorOf(Head("1.1") + "\tper-op statistics\n\tREAD: 1 2 3 4 5 6 7\n\n"),
              HasSubstr("cannot parse READ in"));
  EXPECT_THAT(ErrorOf(Head("1.1") + "\tper-op statistics\n\tREAD: 1 2 3 4 5 6 7 1e3\n\n"),
              HasSubstr("cannot parse READ in"));
  EXPECT_THAT(ErrorOf(Head("1.1") + "\tage:\t18446744073709551616\n\n"), HasSubstr("age:"));
}

TEST(MountstatsScannerTest, EndsAMountAtTheNextOneOrAnEmptyLineOrTheEnd) {
  const std::string operations = "\tper-op statistics\n\tREAD: 1 2 3 4 5 6 7 8\n";
  const std::string text = Head("1.1") + operations + Head("1.1") + "\tage:\t2\n\n\tage:\t9\n" +
                           "no device mounted on /x with fstype tmpfs\n" + Head("1.1") +
                           "\tage:\t3\nno device mounted on /x with fstype tmpfs\n\tage:\t4\n" +
                           Head("1.1") + operations;
  MountstatsScanner mounts(text, kPath);
  NfsMount mount;
  ASSERT_TRUE(mounts.Next(mount));
  EXPECT_EQ(mount.operations.size(), 1U);
  ASSERT_TRUE(mounts.Next(mount));
  EXPECT_EQ(mount.age, 2U);
  EXPECT_THAT(mount.operations, IsEmpty());
  ASSERT_TRUE(mounts.Next(mount));
  EXPECT_EQ(mount.age, 3U);
  ASSERT_TRUE(mounts.Next(mount));
  EXPECT_EQ(mount.age, 0U);
  EXPECT_EQ(mount.operations.at(0).name, "READ");
  EXPECT_FALSE(mounts.Next(mount));
  EXPECT_EQ(mounts.status(), Status());
}

TEST(MountstatsScannerTest, PassesOverOtherFileSystemsAndMountsWithoutStatistics) {
  constexpr std::string_view kText =
      "device proc mounted on /proc with fstype proc\n"
      "device srv:/x mounted on /x with fstype nfs\n"
      "device //srv/x mounted on /y with fstype cifs statvers=1.1\n"
      "\n"
      "what ever\n";
  MountstatsScanner mounts(kText, kPath);
  NfsMount mount;
  EXPECT_FALSE(mounts.Next(mount));
  EXPECT_EQ(mounts.status(), Status());
}

TEST(NfsAddressesTest, GivesThemInTheOrderOfTheMounts) {
  constexpr std::string_view kText =
      "1 0 254:1 / / rw - ext4 a:/x rw,addr=192.0.2.9\n"
      "2 1 0:41 / /x rw - nfs4 a:/x rw,mountaddr=192.0.2.8,clientaddr=192.0.2.7,addr=192.0.2.1\n"
      "not a mount\n"
      "3 1 0:42 / /b rw - nfs b:/x rw\n"
      "4 1 0:43 / /y rw - nfs a:/x addr=2001:db8::1\n";
  NfsAddresses addresses;
  addresses.Read(kText);
  EXPECT_EQ(addresses.Next("a:/x"), "192.0.2.1");
  EXPECT_EQ(addresses.Next("c:/x"), "") << "nothing of the kind";
  EXPECT_EQ(addresses.Next("b:/x"), "") << "without an address";
  EXPECT_EQ(addresses.Next("a:/x"), "2001:db8::1");
  EXPECT_EQ(addresses.Next("a:/x"), "");
  addresses.Read("5 1 0:44 / /z rw - nfs z:/ rw,addr=192.0.2.5\n");
  EXPECT_EQ(addresses.Next("z:/"), "192.0.2.5") << "nothing is left of the last text";
  EXPECT_EQ(addresses.Next("a:/x"), "");
}

}  // namespace
}  // namespace hostpulse::collectors
