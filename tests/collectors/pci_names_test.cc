#include "collectors/pci_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "core/log/logger_registry.h"
#include "tests/support/fake_clock.h"
#include "tests/support/host_tree.h"
#include "tests/support/log_capture.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kFile =
    "#\n"
    "# List of PCI IDs\n"
    "#\n"
    "\n"
    "0010  Allied Telesis, Inc (Wrong ID)\n"
    "\t8139  AT-2500TX V3 Ethernet\n"
    "8086  Intel Corporation\n"
    "\t0007  82379AB\n"
    "\t1533  I210 Gigabit Network Connection\n"
    "\t\t103c 0003  Ethernet I210-T1 GbE NIC\n"
    "\t\t8086 0001  Ethernet Server Adapter I210-T1  (two blanks)\n"
    "# a comment between them\n"
    "\t1537  I210 Backplane\n"
    "8088  Beijing Wangxun Technology Co., Ltd.\n"
    "\t1533  not Intel's\n"
    "\n"
    "C 01  Mass storage controller\n"
    "\t08  Non-Volatile memory controller\n"
    "\t\t02  NVM Express\n"
    "C 02  Network controller\n"
    "\t00  Ethernet controller\n";

class PciNamesTest : public testing::Test {
 protected:
  PciNamesTest() { host_.WriteRoot("pci.ids", kFile); }

  const PciNames& NamesOf(const PciIds& ids) {
    names_.Want(ids);
    names_.Load();
    return names_;
  }

  HostTree host_;
  FakeClock clock_;
  LogCapture log_;
  LoggerRegistry loggers_{{.level = LogLevel::kDebug, .fd = log_.fd()}, clock_};
  Logger& logger_ = loggers_.Get("test");
  PciNames names_{{host_.Path("root/missing"), host_.Path("root/pci.ids")}, logger_};
};

constexpr std::string_view kI210 = "0x1533";

PciIds Adapter() {
  return {.class_code = "0x020000",
          .vendor = "0x8086",
          .device = std::string(kI210),
          .subsystem_vendor = "0x8086",
          .subsystem_device = "0x0001",
          .revision = "0x03"};
}

TEST_F(PciNamesTest, FindsEveryKindOfName) {
  const PciIds ids = Adapter();
  const PciNames& names = NamesOf(ids);
  EXPECT_EQ(names.Vendor("0x8086"), "Intel Corporation");
  EXPECT_EQ(names.Device(ids), "I210 Gigabit Network Connection");
  EXPECT_EQ(names.SubsystemDevice(ids), "Ethernet Server Adapter I210-T1  (two blanks)");
  EXPECT_EQ(names.Class(ids), "Ethernet controller");
  EXPECT_EQ(log_.Take(), "");
}

TEST_F(PciNamesTest, NamesTheClassAsCloselyAsTheFileDoes) {
  PciIds ids = Adapter();
  for (const auto& [code, name] : {std::pair("0x010802", "NVM Express"),
                                   {"0x010803", "Non-Volatile memory controller"},
                                   {"0x010600", "Mass storage controller"},
                                   {"0xffff00", "Unknown class (ffff00)"}}) {
    ids.class_code = code;
    EXPECT_EQ(NamesOf(ids).Class(ids), name);
  }
}

TEST_F(PciNamesTest, TellsWhoseDeviceItIs) {
  PciIds ids = Adapter();
  ids.vendor = "0x8088";
  EXPECT_EQ(NamesOf(ids).Device(ids), "not Intel's");
  ids.vendor = "0x0010";
  EXPECT_EQ(NamesOf(ids).Device(ids), "1533");
}

TEST_F(PciNamesTest, GivesTheDigitsOfWhatHasNoName) {
  PciIds ids = Adapter();
  ids.vendor = "0x1af4";
  ids.subsystem_vendor = "0x1234";
  const PciNames& names = NamesOf(ids);
  EXPECT_EQ(names.Vendor(ids.vendor), "1af4");
  EXPECT_EQ(names.Vendor(ids.subsystem_vendor), "1234");
  EXPECT_EQ(names.Device(ids), "1533");
  EXPECT_EQ(names.SubsystemDevice(ids), "0001");
}

TEST_F(PciNamesTest, ReadsTheFileOnlyForWhatItHasNotLookedUp) {
  NamesOf(Adapter());
  host_.WriteRoot("pci.ids", "8086  Somebody else\n0010  Allied\n");
  EXPECT_EQ(NamesOf(Adapter()).Vendor("0x8086"), "Intel Corporation");
  PciIds other = Adapter();
  other.vendor = "0x0010";
  EXPECT_EQ(NamesOf(other).Vendor("0x0010"), "Allied");
}

TEST_F(PciNamesTest, SurvivesLinesThatAreNone) {
  host_.WriteRoot("pci.ids",
                  "\t\t8086 0001  before any device\n"
                  "\t1533  before any vendor\n"
                  "\t\t\tdeep  er\n"
                  "8086 one blank\n"
                  "8086\n"
                  "  \n"
                  "\t\n"
                  "8086  \n"
                  "C 02\n");
  const PciIds ids = Adapter();
  const PciNames& names = NamesOf(ids);
  EXPECT_EQ(names.Vendor("0x8086"), "8086");
  EXPECT_EQ(names.Device(ids), "1533");
  EXPECT_EQ(names.Class(ids), "Unknown class (020000)");
}

TEST_F(PciNamesTest, WarnsWhereThereIsNoFile) {
  host_.Remove("root/pci.ids");
  const PciIds ids = Adapter();
  EXPECT_EQ(NamesOf(ids).Vendor(ids.vendor), "8086");
  EXPECT_THAT(log_.Take(), testing::AllOf(testing::HasSubstr("no names of PCI devices"),
                                          testing::HasSubstr("root/pci.ids")));
}

}  // namespace
}  // namespace hostpulse::collectors
