#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kRoot = "0000:00:02.1";
constexpr const char* kNvme = "0000:01:00.0";

class PcideviceTest : public testing::Test {
 protected:
  // `place` is a directory below sys/devices, the last part of which is the address.
  void WriteDevice(const std::string& place, std::string_view class_code = "0x010802\n") {
    const std::string base = "devices/" + place + "/";
    host_.WriteSys(base + "class", class_code);
    host_.WriteSys(base + "vendor", "0xc0a9\n");
    host_.WriteSys(base + "device", "0x540a\n");
    host_.WriteSys(base + "subsystem_vendor", "0xc0a9\n");
    host_.WriteSys(base + "subsystem_device", "0x5021\n");
    host_.WriteSys(base + "revision", "0x01\n");
    const std::string address = place.substr(place.rfind('/') + 1);
    host_.LinkSys("bus/pci/devices/" + address, "../../../devices/" + place);
  }
  void WriteNvme() { WriteDevice(std::string("pci0000:00/") + kRoot + "/" + kNvme); }
  void WriteOfNvme(const std::string& file, std::string_view text) {
    host_.WriteSys(std::string("bus/pci/devices/") + kNvme + "/" + file, text);
  }

  HostTree host_;
  CollectorHarness pcidevice_{"pcidevice", host_};
};

constexpr std::string_view kNvmeInfo =
    "node_pcidevice_info{bus=\"01\",class_id=\"0x010802\",device=\"00\",device_id=\"0x540a\","
    "function=\"0\",parent_bus=\"00\",parent_device=\"02\",parent_function=\"1\","
    "parent_segment=\"0000\",revision=\"0x01\",segment=\"0000\",subsystem_device_id=\"0x5021\","
    "subsystem_vendor_id=\"0xc0a9\",vendor_id=\"0xc0a9\"} 1\n";

TEST_F(PcideviceTest, ReportsEveryFile) {
  WriteNvme();
  for (const auto& [file, text] : {std::pair("current_link_speed", "8.0 GT/s PCIe\n"),
                                   {"current_link_width", "4\n"},
                                   {"d3cold_allowed", "1\n"},
                                   {"max_link_speed", "16.0 GT/s PCIe\n"},
                                   {"max_link_width", "8\n"},
                                   {"numa_node", "0\n"},
                                   {"power_state", "D3hot\n"},
                                   {"sriov_drivers_autoprobe", "0\n"},
                                   {"sriov_numvfs", "4\n"},
                                   {"sriov_totalvfs", "8\n"},
                                   {"sriov_vf_total_msix", "16\n"}}) {
    WriteOfNvme(file, text);
  }
  const std::string at = "{bus=\"01\",device=\"00\",function=\"0\",segment=\"0000\"} ";
  const std::string state =
      "node_pcidevice_power_state{bus=\"01\",device=\"00\",function=\"0\","
      "segment=\"0000\",state=";
  EXPECT_EQ(pcidevice_.Run(),
            "node_pcidevice_current_link_transfers_per_second" + at + "8000000000\n" +
                "node_pcidevice_current_link_width" + at + "4\n" + "node_pcidevice_d3cold_allowed" +
                at + "1\n" + std::string(kNvmeInfo) +
                "node_pcidevice_max_link_transfers_per_second" + at + "16000000000\n" +
                "node_pcidevice_max_link_width" + at + "8\n" +  //
                "node_pcidevice_numa_node" + at + "0\n" +       //
                state + "\"D0\"} 0\n" + state + "\"D1\"} 0\n" + state + "\"D2\"} 0\n" + state +
                "\"D3cold\"} 0\n" + state + "\"D3hot\"} 1\n" + state + "\"error\"} 0\n" + state +
                "\"unknown\"} 0\n" +  //
                "node_pcidevice_sriov_drivers_autoprobe" + at + "0\n" +
                "node_pcidevice_sriov_numvfs" + at + "4\n" + "node_pcidevice_sriov_totalvfs" + at +
                "8\n" + "node_pcidevice_sriov_vf_total_msix" + at + "16\n");
  EXPECT_EQ(pcidevice_.status(), Status());
  EXPECT_EQ(pcidevice_.AllocationsOnceWarm(), 0U);
}

TEST_F(PcideviceTest, SaysThatADeviceWithoutLinkAndParentHasNone) {
  WriteDevice("pci0000:00/0000:00:1f.7");
  WriteDevice("pci0000:00/0000:00:0e.0/pci10000:e0/10000:e0:01.0");
  const std::string text = pcidevice_.Run();
  for (const char* line :
       {"info{bus=\"00\",class_id=\"0x010802\",device=\"1f\",device_id=\"0x540a\",function=\"7\","
        "parent_bus=\"*\",parent_device=\"*\",parent_function=\"*\",parent_segment=\"*\",",
        "info{bus=\"e0\",class_id=\"0x010802\",device=\"01\",device_id=\"0x540a\",function=\"0\","
        "parent_bus=\"*\",parent_device=\"*\",parent_function=\"*\",parent_segment=\"*\","
        "revision=\"0x01\",segment=\"10000\",",
        "node_pcidevice_current_link_transfers_per_second{bus=\"00\",device=\"1f\",function=\"7\","
        "segment=\"0000\"} -1\n",
        "node_pcidevice_current_link_width{bus=\"00\",device=\"1f\",function=\"7\","
        "segment=\"0000\"} -1\n",
        "node_pcidevice_max_link_transfers_per_second{bus=\"00\",device=\"1f\",function=\"7\","
        "segment=\"0000\"} -1\n",
        "node_pcidevice_max_link_width{bus=\"00\",device=\"1f\",function=\"7\","
        "segment=\"0000\"} -1\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  EXPECT_EQ(std::ranges::count(text, '\n'), 10) << text;
  EXPECT_EQ(pcidevice_.status(), Status());
}

TEST_F(PcideviceTest, TakesUnknownForNoValue) {
  WriteNvme();
  WriteOfNvme("current_link_speed", "Unknown speed\n");
  WriteOfNvme("max_link_speed", "Unknown\n");
  WriteOfNvme("current_link_width", "\n");
  WriteOfNvme("numa_node", "-1\n");
  WriteOfNvme("power_state", "unknown\n");
  const std::string text = pcidevice_.Run();
  EXPECT_THAT(text, HasSubstr("current_link_transfers_per_second{bus=\"01\",device=\"00\","
                              "function=\"0\",segment=\"0000\"} -1\n"));
  EXPECT_THAT(text, HasSubstr("max_link_transfers_per_second{bus=\"01\",device=\"00\","
                              "function=\"0\",segment=\"0000\"} -1\n"));
  EXPECT_THAT(text, HasSubstr("current_link_width{bus=\"01\",device=\"00\",function=\"0\","
                              "segment=\"0000\"} -1\n"));
  EXPECT_THAT(text, HasSubstr("state=\"unknown\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("numa_node")));
  EXPECT_EQ(pcidevice_.status(), Status());
}

TEST_F(PcideviceTest, NamesABadValueAndReportsTheRest) {
  WriteNvme();
  for (const auto& [file, bad] : {std::pair("max_link_speed", "fast\n"),
                                  {"max_link_width", "x4\n"},
                                  {"numa_node", "99999999999999999999\n"},
                                  {"sriov_numvfs", "1.5\n"},
                                  {"power_state", "D4\n"}}) {
    WriteOfNvme(file, bad);
    CollectorHarness pcidevice("pcidevice", host_);
    const std::string text = pcidevice.Run();
    EXPECT_THAT(text, HasSubstr(std::string(kNvmeInfo))) << file;
    EXPECT_EQ(std::ranges::count(text, '\n'), 5) << text;  // And the four of the link.
    EXPECT_EQ(pcidevice.status().code(), ErrorCode::kParse) << file;
    EXPECT_THAT(pcidevice.status().message(), HasSubstr(std::string(kNvme) + "/" + file));
    host_.Remove(std::string("sys/bus/pci/devices/") + kNvme + "/" + file);
  }
}

TEST_F(PcideviceTest, NamesADeviceThatDoesNotSayWhatItIs) {
  WriteNvme();
  WriteDevice("pci0000:00/0000:00:03.0", "express\n");
  EXPECT_THAT(pcidevice_.Run(),
              testing::AllOf(HasSubstr(std::string(kNvmeInfo)), Not(HasSubstr("device=\"03\""))));
  EXPECT_EQ(pcidevice_.status().code(), ErrorCode::kParse);
  EXPECT_THAT(pcidevice_.status().message(), HasSubstr("0000:00:03.0/class"));
}

TEST_F(PcideviceTest, NamesAnAddressThatIsNone) {
  for (const char* bad : {"pci0000:00", "0000:00:1f", "0000:00.0", "0000:zz:00.0", "0000::00.0"}) {
    HostTree host;
    host.WriteSys(std::string("bus/pci/devices/") + bad + "/class", "0x010802\n");
    CollectorHarness pcidevice("pcidevice", host);
    EXPECT_EQ(pcidevice.Run(), "") << bad;
    EXPECT_EQ(pcidevice.status().code(), ErrorCode::kParse) << bad;
  }
}

TEST_F(PcideviceTest, SkipsADeviceThatLeaves) {
  WriteNvme();
  WriteDevice("pci0000:00/0000:00:03.0");
  EXPECT_THAT(pcidevice_.Run(), HasSubstr("device=\"03\""));
  host_.Remove("sys/bus/pci/devices/0000:00:03.0");
  EXPECT_THAT(pcidevice_.Run(), Not(HasSubstr("device=\"03\"")));
  // As it is when a device leaves after it was listed.
  host_.LinkSys("bus/pci/devices/0000:00:04.0", "../../../devices/pci0000:00/0000:00:04.0");
  EXPECT_THAT(pcidevice_.Run(),
              testing::AllOf(HasSubstr(std::string(kNvmeInfo)), Not(HasSubstr("device=\"04\""))));
  EXPECT_EQ(pcidevice_.status(), Status());
}

TEST_F(PcideviceTest, SeesAnotherDeviceInTheSameSlot) {
  WriteNvme();
  EXPECT_THAT(pcidevice_.Run(), HasSubstr("class_id=\"0x010802\""));
  WriteDevice("pci0000:00/0000:00:03.0/0000:01:00.1", "0x020000\n");
  std::filesystem::rename(host_.Path("sys/bus/pci/devices/0000:01:00.1"),
                          host_.Path("sys/bus/pci/devices/0000:01:00.0"));
  const std::string text = pcidevice_.Run();
  EXPECT_THAT(text, HasSubstr("class_id=\"0x020000\""));
  EXPECT_THAT(text, HasSubstr("parent_device=\"03\""));
  EXPECT_THAT(text, Not(HasSubstr("0x010802")));
}

TEST_F(PcideviceTest, FollowsWhatChanges) {
  WriteNvme();
  WriteOfNvme("power_state", "D0\n");
  WriteOfNvme("current_link_width", "4\n");
  EXPECT_THAT(pcidevice_.Run(), HasSubstr("state=\"D0\"} 1\n"));
  WriteOfNvme("power_state", "D3cold\n");
  WriteOfNvme("current_link_width", "2\n");
  const std::string text = pcidevice_.Run();
  EXPECT_THAT(text, HasSubstr("state=\"D0\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("state=\"D3cold\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("link_width{bus=\"01\",device=\"00\",function=\"0\","
                              "segment=\"0000\"} 2\n"));
}

constexpr std::string_view kIds =
    "c0a9  Micron/Crucial Technology\n"
    "\t540a  P2 NVMe PCIe SSD\n"
    "\t\tc0a9 5021  P2 500GB\n"
    "C 01  Mass storage controller\n"
    "\t08  Non-Volatile memory controller\n"
    "\t\t02  NVM Express\n";
constexpr std::string_view kNamedInfo =
    "node_pcidevice_info{bus=\"01\",class_id=\"0x010802\",class_name=\"NVM Express\","
    "device=\"00\",device_id=\"0x540a\",device_name=\"P2 NVMe PCIe SSD\",function=\"0\","
    "parent_bus=\"00\",parent_device=\"02\",parent_function=\"1\",parent_segment=\"0000\","
    "revision=\"0x01\",segment=\"0000\",subsystem_device_id=\"0x5021\","
    "subsystem_device_name=\"P2 500GB\",subsystem_vendor_id=\"0xc0a9\","
    "subsystem_vendor_name=\"Micron/Crucial Technology\",vendor_id=\"0xc0a9\","
    "vendor_name=\"Micron/Crucial Technology\"} 1\n";

TEST_F(PcideviceTest, NamesDevicesWhereAskedTo) {
  WriteNvme();
  for (const char* path : {"usr/share/misc/pci.ids", "usr/share/hwdata/pci.ids"}) {
    host_.WriteRoot(path, kIds);
    CollectorHarness named("pcidevice", host_, {{"collector.pcidevice.names", "true"}});
    EXPECT_THAT(named.Run(), HasSubstr(std::string(kNamedInfo))) << path;
    EXPECT_EQ(named.AllocationsOnceWarm(), 0U) << path;
    EXPECT_THAT(pcidevice_.Run(), HasSubstr(std::string(kNvmeInfo)));
    host_.Remove(std::string("root/") + path);
  }
}

TEST_F(PcideviceTest, TakesNamesFromTheFileItIsGiven) {
  WriteNvme();
  host_.WriteRoot("usr/share/misc/pci.ids", "c0a9  Not this one\n");
  host_.WriteRoot("srv/my.ids", kIds);
  CollectorHarness named(
      "pcidevice", host_,
      {{"collector.pcidevice.names", "true"}, {"collector.pcidevice.idsfile", "/srv/my.ids"}});
  EXPECT_THAT(named.Run(), HasSubstr(std::string(kNamedInfo)));
  CollectorHarness missing(
      "pcidevice", host_,
      {{"collector.pcidevice.names", "true"}, {"collector.pcidevice.idsfile", "/srv/none.ids"}});
  EXPECT_THAT(missing.Run(), HasSubstr("vendor_name=\"c0a9\""));
  EXPECT_THAT(missing.Log(), HasSubstr("srv/none.ids"));
  EXPECT_EQ(missing.status(), Status());
}

TEST_F(PcideviceTest, NamesADeviceThatIsPluggedInLater) {
  WriteNvme();
  host_.WriteRoot("usr/share/misc/pci.ids", std::string(kIds) + "C 02  Network controller\n");
  CollectorHarness named("pcidevice", host_, {{"collector.pcidevice.names", "true"}});
  named.Run();
  WriteDevice("pci0000:00/0000:00:03.0", "0x020000\n");
  EXPECT_THAT(named.Run(), HasSubstr("class_name=\"Network controller\""));
}

TEST_F(PcideviceTest, IsAbsentWithoutTheBus) {
  EXPECT_EQ(pcidevice_.Run(), "");
  EXPECT_EQ(pcidevice_.status().code(), ErrorCode::kAbsent);
}

}  // namespace
}  // namespace hostpulse
