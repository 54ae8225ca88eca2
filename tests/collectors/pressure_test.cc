#include <gtest/gtest.h>

#include <string>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

constexpr const char* kSome = "some avg10=0.10 avg60=2.00 avg300=3.85 total=15000000\n";
constexpr const char* kFull = "full avg10=0.20 avg60=3.00 avg300=4.95 total=25123456\n";

void WriteThree(HostTree& host) {
  host.WriteProc("pressure/cpu", "some avg10=0.00 avg60=0.00 avg300=0.00 total=14036781\n");
  host.WriteProc("pressure/io", std::string(kSome) + kFull);
  host.WriteProc("pressure/memory", std::string(kSome) + kFull);
}

// With the rounding of node_exporter, which divides by a thousand twice.
constexpr const char* kThree =
    "node_pressure_cpu_waiting_seconds_total 14.036781000000001\n"
    "node_pressure_io_stalled_seconds_total 25.123455999999997\n"
    "node_pressure_io_waiting_seconds_total 15\n";
constexpr const char* kMemory =
    "node_pressure_memory_stalled_seconds_total 25.123455999999997\n"
    "node_pressure_memory_waiting_seconds_total 15\n";

TEST(PressureTest, ReadsTheTotalsOfAllResources) {
  HostTree host;
  WriteThree(host);
  host.WriteProc("pressure/irq", "full avg10=0.00 avg60=0.00 avg300=0.00 total=8494\n");
  CollectorHarness pressure("pressure", host);
  EXPECT_EQ(pressure.Run(),
            std::string(kThree) + "node_pressure_irq_stalled_seconds_total 0.008494\n" + kMemory);
  EXPECT_EQ(pressure.status(), Status());
  EXPECT_EQ(pressure.AllocationsOnceWarm(), 0U);
}

TEST(PressureTest, DoesWithoutInterruptsAndIgnoresTheFullLineOfCpu) {
  HostTree host;
  WriteThree(host);
  host.WriteProc("pressure/cpu",
                 "some avg10=0.00 avg60=0.00 avg300=0.00 total=14036781\n"
                 "full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n");
  CollectorHarness pressure("pressure", host);
  EXPECT_EQ(pressure.Run(), std::string(kThree) + kMemory);
  EXPECT_EQ(pressure.status(), Status());
  EXPECT_EQ(pressure.AllocationsOnceWarm(), 0U);
}

TEST(PressureTest, IsAbsentWithoutTheFiles) {
  HostTree host;
  CollectorHarness pressure("pressure", host);
  EXPECT_EQ(pressure.Run(), "");
  EXPECT_EQ(pressure.status().code(), ErrorCode::kAbsent);
  EXPECT_NE(pressure.status().message().find("psi=1"), std::string::npos);
}

TEST(PressureTest, NamesTheLineItCannotRead) {
  HostTree host;
  WriteThree(host);
  for (const char* bad : {"some avg10=0.00\n", "some total=\n", "some avg10=0 total=1x\n"}) {
    host.WriteProc("pressure/memory", bad);
    CollectorHarness pressure("pressure", host);
    EXPECT_EQ(pressure.Run(), kThree);
    EXPECT_EQ(pressure.status().code(), ErrorCode::kParse) << bad;
  }
}

}  // namespace
}  // namespace hostpulse
