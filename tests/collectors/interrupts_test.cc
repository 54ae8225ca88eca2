#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using testing::HasSubstr;

constexpr const char* kTwoCpus =
    "           CPU0       CPU1       \n"
    "  1:         17          0  IR-IO-APIC   1-edge      i8042\n"
    "  9:         98          1  IR-IO-APIC-fasteoi   acpi, pmu\n"
    "NMI:         47       5031   Non-maskable interrupts\n"
    "ERR:          5\n"
    "MIS:          0\n";

TEST(InterruptsTest, ReportsEveryInterruptOfEveryCpu) {
  HostTree host;
  host.WriteProc("interrupts", kTwoCpus);
  CollectorHarness interrupts("interrupts", host);
  EXPECT_EQ(
      interrupts.Run(),
      "node_interrupts_total{cpu=\"0\",devices=\"\",info=\"Non-maskable interrupts\",type=\"NMI\"} "
      "47\n"
      "node_interrupts_total{cpu=\"0\",devices=\"1-edge i8042\",info=\"IR-IO-APIC\",type=\"1\"} "
      "17\n"
      "node_interrupts_total{cpu=\"0\",devices=\"acpi, "
      "pmu\",info=\"IR-IO-APIC-fasteoi\",type=\"9\"} 98\n"
      "node_interrupts_total{cpu=\"1\",devices=\"\",info=\"Non-maskable interrupts\",type=\"NMI\"} "
      "5031\n"
      "node_interrupts_total{cpu=\"1\",devices=\"1-edge i8042\",info=\"IR-IO-APIC\",type=\"1\"} "
      "0\n"
      "node_interrupts_total{cpu=\"1\",devices=\"acpi, "
      "pmu\",info=\"IR-IO-APIC-fasteoi\",type=\"9\"} 1\n");
  EXPECT_EQ(interrupts.status(), Status());
}

TEST(InterruptsTest, ReadsArmsLinesWhereLabelAndChipRunTogether) {
  HostTree host;
  host.WriteProc("interrupts",
                 "           CPU0       \n"
                 " 11:       2901     GICv2  30 Level     arch_timer\n"
                 "IPI0:4294967295       Rescheduling interrupts\n"
                 "Err:          0\n");
  EXPECT_EQ(CollectorHarness("interrupts", host).Run(),
            "node_interrupts_total{cpu=\"0\",devices=\"\",info=\"Rescheduling "
            "interrupts\",type=\"IPI0\"} 4294967295\n"
            "node_interrupts_total{cpu=\"0\",devices=\"30 Level "
            "arch_timer\",info=\"GICv2\",type=\"11\"} 2901\n");
}

TEST(InterruptsTest, KnowsTheCpusFromTheHeadingWhereOneIsOffline) {
  HostTree host;
  host.WriteProc("interrupts", "      CPU0 CPU1 CPU2\n  8:  1  2  3  IO-APIC rtc0\n");
  CollectorHarness interrupts("interrupts", host);
  EXPECT_THAT(interrupts.Run(), HasSubstr("{cpu=\"1\","));
  host.WriteProc("interrupts", "      CPU0 CPU2\n  8:  1  4  IO-APIC rtc0\n");
  EXPECT_EQ(interrupts.Run(),
            "node_interrupts_total{cpu=\"0\",devices=\"rtc0\",info=\"IO-APIC\",type=\"8\"} 1\n"
            "node_interrupts_total{cpu=\"2\",devices=\"rtc0\",info=\"IO-APIC\",type=\"8\"} 4\n");
}

TEST(InterruptsTest, MatchesTypeInfoAndDevicesAgainstTheFilters) {
  HostTree host;
  host.WriteProc("interrupts",
                 "     CPU0\n"
                 " 24:    7  PCI-MSI 0-edge   eth0-rx\n"
                 " 25:    8  PCI-MSI 1-edge   eth0-tx\n"
                 "NMI:    9   Non-maskable interrupts\n");
  const std::string rx =
      "node_interrupts_total{cpu=\"0\",devices=\"0-edge eth0-rx\",info=\"PCI-MSI\",type=\"24\"} "
      "7\n";
  const std::string tx =
      "node_interrupts_total{cpu=\"0\",devices=\"1-edge eth0-tx\",info=\"PCI-MSI\",type=\"25\"} "
      "8\n";
  const std::string nmi =
      "node_interrupts_total{cpu=\"0\",devices=\"\",info=\"Non-maskable interrupts\",type=\"NMI\"} "
      "9\n";
  const std::string include = "collector.interrupts.name-include";
  const std::string exclude = "collector.interrupts.name-exclude";
  const auto run = [&host](CollectorHarness::Flags flags) {
    return CollectorHarness("interrupts", host, flags).Run();
  };
  EXPECT_EQ(run({{include, "^24;PCI-MSI;0-edge eth0-rx$"}}), rx);
  EXPECT_EQ(run({{include, "^NMI;Non-maskable interrupts;$"}}), nmi);
  EXPECT_EQ(run({{exclude, ";eth0|;Non"}}), rx + tx);
  EXPECT_EQ(run({{include, "eth0"}, {exclude, "-tx$"}}), rx);
}

TEST(InterruptsTest, LeavesZerosOutOnRequest) {
  HostTree host;
  host.WriteProc("interrupts", "      CPU0 CPU1\n  8:  0  3  IO-APIC rtc0\n");
  CollectorHarness interrupts("interrupts", host,
                              {{"collector.interrupts.include-zeros", "false"}});
  EXPECT_EQ(interrupts.Run(),
            "node_interrupts_total{cpu=\"1\",devices=\"rtc0\",info=\"IO-APIC\",type=\"8\"} 3\n");
}

TEST(InterruptsTest, ReplacesWhatIsNotUtf8InTheNameOfADevice) {
  HostTree host;
  host.WriteProc("interrupts", "    CPU0\n  8:  1  IO-APIC b\xff\"d\n");
  EXPECT_THAT(CollectorHarness("interrupts", host).Run(),
              HasSubstr("devices=\"b\xEF\xBF\xBD\\\"d\""));
}

TEST(InterruptsTest, NamesALineThatIsWrongIfItIsWanted) {
  HostTree host;
  host.WriteProc("interrupts", "    CPU0\n  8:  many  IO-APIC rtc0\n  9: 2 IO-APIC acpi\n");
  CollectorHarness interrupts("interrupts", host);
  interrupts.Run();
  EXPECT_EQ(interrupts.status().code(), ErrorCode::kParse);
  EXPECT_THAT(interrupts.status().message(),
              HasSubstr("cannot parse many in \"  8:  many  IO-APIC rtc0\""));
  CollectorHarness others("interrupts", host, {{"collector.interrupts.name-exclude", "^8;"}});
  EXPECT_EQ(others.Run(),
            "node_interrupts_total{cpu=\"0\",devices=\"acpi\",info=\"IO-APIC\",type=\"9\"} 2\n");
  EXPECT_EQ(others.status(), Status());
}

TEST(InterruptsTest, NeedsAHeadingOfCpus) {
  for (const char* heading : {"", "\n", "  NODE0\n", "  CPU\n", "  CPU0 CPUx\n"}) {
    HostTree host;
    host.WriteProc("interrupts", heading);
    CollectorHarness interrupts("interrupts", host);
    EXPECT_EQ(interrupts.Run(), "");
    EXPECT_EQ(interrupts.status().code(), ErrorCode::kParse) << heading;
    EXPECT_THAT(interrupts.status().message(), HasSubstr("interrupts: cannot parse heading"));
  }
}

TEST(InterruptsTest, IsAbsentWithoutTheFile) {
  HostTree host;
  CollectorHarness interrupts("interrupts", host);
  EXPECT_EQ(interrupts.Run(), "");
  EXPECT_EQ(interrupts.status().code(), ErrorCode::kAbsent);
}

TEST(InterruptsTest, AllocatesNothingOnceWarm) {
  HostTree host;
  host.WriteProc("interrupts", kTwoCpus);
  EXPECT_EQ(CollectorHarness("interrupts", host).AllocationsOnceWarm(), 0U);
  EXPECT_EQ(CollectorHarness("interrupts", host,
                             {{"collector.interrupts.name-include", "APIC|interrupts"},
                              {"collector.interrupts.name-exclude", "^9;"}})
                .AllocationsOnceWarm(),
            0U);
}

}  // namespace
}  // namespace hostpulse
