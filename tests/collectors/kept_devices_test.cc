#include "collectors/kept_devices.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hostpulse {
namespace {

using Devices = collectors::KeptDevices<int>;

std::vector<std::string> Names(Devices& devices) {
  std::vector<std::string> names;
  devices.ForEach([&](std::string_view name, int) { names.emplace_back(name); });
  return names;
}

TEST(KeptDevicesTest, KeepsWhatIsSeenAndDropsTheRest) {
  Devices devices;
  devices.Begin();
  devices.FindOrAdd("b", 2);
  devices.FindOrAdd("a", 1);
  devices.FindOrAdd("c", 3);
  devices.End();
  EXPECT_EQ(Names(devices), (std::vector<std::string>{"a", "b", "c"}));

  devices.Begin();
  EXPECT_EQ(devices.FindOrAdd("c", 30), 3);
  EXPECT_EQ(devices.FindOrAdd("a", 10), 1);
  EXPECT_EQ(devices.FindOrAdd("a", 10), 1);
  EXPECT_EQ(devices.Find("x"), nullptr);
  devices.End();
  EXPECT_EQ(Names(devices), (std::vector<std::string>{"a", "c"}));

  devices.Begin();
  EXPECT_EQ(devices.FindOrAdd("a", 10), 1);
  EXPECT_EQ(devices.FindOrAdd("b", 20), 20);
  EXPECT_EQ(devices.FindOrAdd("c", 30), 3);
  devices.End();
  EXPECT_EQ(devices.size(), 3U);

  devices.Begin();
  devices.End();
  EXPECT_EQ(devices.size(), 0U);
}

TEST(KeptDevicesTest, FindsWhatStayedBetweenTwoCycles) {
  Devices devices;
  devices.Begin();
  devices.FindOrAdd("a", 1);
  devices.FindOrAdd("b", 2);
  devices.End();

  devices.Begin();
  devices.FindOrAdd("a", 1);
  devices.End();  // What would be found next has left.
  EXPECT_EQ(devices.Find("b"), nullptr);
  ASSERT_NE(devices.Find("a"), nullptr);
  EXPECT_EQ(*devices.Find("a"), 1);
}

}  // namespace
}  // namespace hostpulse
