#include <gtest/gtest.h>

#include <string>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

class CpuVulnerabilitiesTest : public testing::Test {
 protected:
  void Write(const std::string& codename, const std::string& content) {
    host_.WriteSys("devices/system/cpu/vulnerabilities/" + codename, content + "\n");
  }
  static std::string Sample(const std::string& codename, const std::string& mitigation,
                            const std::string& state) {
    return "node_cpu_vulnerabilities_info{codename=\"" + codename + "\",mitigation=\"" +
           mitigation + "\",state=\"" + state + "\"} 1\n";
  }

  HostTree host_;
};

TEST_F(CpuVulnerabilitiesTest, TellsStateAndMitigationApart) {
  Write("gather_data_sampling", "Unknown: Dependent on hypervisor status");
  Write("l1tf", "Not affected");
  Write("mds", "Vulnerable: Clear CPU buffers attempted, no microcode; SMT vulnerable");
  Write("meltdown", "Mitigation: PTI");
  Write("mmio_stale_data", "Vulnerable; SMT Host state unknown");
  Write("spec_store_bypass", "Vulnerable");
  Write("spectre_v2", "Mitigation: Retpolines; STIBP: disabled; BHI: Not affected");
  CollectorHarness vulnerabilities("cpu_vulnerabilities", host_);
  EXPECT_EQ(
      vulnerabilities.Run(),
      Sample("gather_data_sampling", "Dependent on hypervisor status", "unknown") +
          Sample("l1tf", "", "not affected") +
          Sample("mds", "Clear CPU buffers attempted, no microcode; SMT vulnerable", "vulnerable") +
          Sample("meltdown", "PTI", "mitigation") +
          Sample("mmio_stale_data", "SMT Host state unknown", "vulnerable") +
          Sample("spec_store_bypass", "", "vulnerable") +
          Sample("spectre_v2", "Retpolines; STIBP: disabled; BHI: Not affected", "mitigation"));
  EXPECT_EQ(vulnerabilities.status(), Status());
  EXPECT_EQ(vulnerabilities.AllocationsOnceWarm(), 0U);
}

TEST_F(CpuVulnerabilitiesTest, DoesNotGuessAtOtherTexts) {
  Write("a", "");
  Write("b", "Vuln");
  Write("itlb_multihit", "KVM: Mitigation: VMX disabled");
  Write("c", "b\xff\"d");
  CollectorHarness vulnerabilities("cpu_vulnerabilities", host_);
  EXPECT_EQ(vulnerabilities.Run(),
            Sample("a", "", "unknown") + Sample("b", "Vuln", "unknown") +
                Sample("c", "b\xef\xbf\xbd\\\"d", "unknown") +
                Sample("itlb_multihit", "KVM: Mitigation: VMX disabled", "unknown"));
}

TEST_F(CpuVulnerabilitiesTest, FollowsWhatTheKernelSays) {
  Write("mds", "Vulnerable");
  Write("srbds", "Vulnerable");
  CollectorHarness vulnerabilities("cpu_vulnerabilities", host_);
  vulnerabilities.KeepDescriptors(0);
  vulnerabilities.Run();
  Write("mds", "MITIGATION: Microcode");
  host_.Remove("sys/devices/system/cpu/vulnerabilities/srbds");
  EXPECT_EQ(vulnerabilities.Run(), Sample("mds", "Microcode", "mitigation"));
}

TEST_F(CpuVulnerabilitiesTest, SkipsAFileThatCannotBeRead) {
  Write("mds", "Not affected");
  host_.LinkSys("devices/system/cpu/vulnerabilities/gone", "nowhere");
  CollectorHarness vulnerabilities("cpu_vulnerabilities", host_);
  EXPECT_EQ(vulnerabilities.Run(), Sample("mds", "", "not affected"));
  EXPECT_EQ(vulnerabilities.status(), Status());
}

TEST_F(CpuVulnerabilitiesTest, IsFineOnAKernelThatSaysNothing) {
  CollectorHarness vulnerabilities("cpu_vulnerabilities", host_);
  EXPECT_EQ(vulnerabilities.Run(), "");
  EXPECT_EQ(vulnerabilities.status(), Status());
}

}  // namespace
}  // namespace hostpulse
