#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "collectors/collector.h"
#include "exporter/commands/commands.h"

namespace hostpulse::commands {
namespace {

using Json = nlohmann::json;

std::set<std::string> Keys(const Json& object) {
  std::set<std::string> keys;
  for (const auto& item : object.items()) keys.insert(item.key());
  return keys;
}

TEST(Describe, HasExactlyTheKeysOfTheContract) {
  const Json all = Json::parse(DescribeJson());
  EXPECT_EQ(Keys(all), (std::set<std::string>{"collectors", "flags"}));
  ASSERT_FALSE(all["collectors"].empty());
  for (const Json& collector : all["collectors"]) {
    EXPECT_EQ(Keys(collector), (std::set<std::string>{"name", "default", "flags", "metrics"}));
    EXPECT_TRUE(collector["default"].is_boolean());
    for (const Json& metric : collector["metrics"]) {
      EXPECT_EQ(Keys(metric), (std::set<std::string>{"name", "type", "labels", "unit", "help"}));
      EXPECT_TRUE(metric["labels"].is_array());
      EXPECT_FALSE(metric["help"].get<std::string>().empty()) << metric["name"];
    }
  }
}

TEST(Describe, ListsEveryFlagWithItsKeyOfTheFile) {
  const Json all = Json::parse(DescribeJson());
  std::set<std::string> names;
  for (const Json& flag : all["flags"]) {
    EXPECT_EQ(Keys(flag),
              (std::set<std::string>{"name", "section", "boolean", "default", "repeatable", "key",
                                     "environment", "commands", "alias_of", "hidden", "help"}));
    names.insert(flag["name"]);
    if (flag["name"] == "--collector.netclass_rtnl.with-stats") {
      EXPECT_EQ(flag["key"], "collectors.netclass.with-stats");
    }
    if (flag["name"] != "--web.listen-address") continue;
    EXPECT_EQ(flag["key"], "web.listen");
    EXPECT_EQ(flag["default"], ":9100");
    EXPECT_EQ(flag["repeatable"], true);
  }
  EXPECT_THAT(names, testing::IsSupersetOf({"--web.listen-address", "--collector.arp",
                                            "--collector.cpu.guest", "--help-long"}));
}

TEST(Describe, ListsEveryCollectorThatIsThere) {
  const Json all = Json::parse(DescribeJson());
  std::set<std::string> described;
  for (const Json& collector : all["collectors"]) described.insert(collector["name"]);
  std::set<std::string> present;
  for (const collectors::CollectorSpec* spec : collectors::CollectorTable()) {
    present.emplace(spec->name);
  }
  EXPECT_EQ(described, present);
}

TEST(Describe, TellsLabelsAndFlagsOneByOne) {
  const Json all = Json::parse(DescribeJson());
  for (const Json& collector : all["collectors"]) {
    if (collector["name"] != "cpu") continue;
    EXPECT_THAT(collector["flags"], testing::Contains("--collector.cpu.guest"));
    for (const Json& metric : collector["metrics"]) {
      if (metric["name"] != "node_cpu_seconds_total") continue;
      EXPECT_EQ(metric["labels"], Json::array({"cpu", "mode"}));
      EXPECT_EQ(metric["type"], "counter");
      return;
    }
  }
  FAIL() << "no node_cpu_seconds_total";
}

TEST(Describe, PrintsTheSameAsATable) {
  const std::string table = DescribeTable();
  EXPECT_THAT(table, testing::HasSubstr("loadavg (on): "));
  EXPECT_THAT(table, testing::HasSubstr("\n  node_load1"));
}

}  // namespace
}  // namespace hostpulse::commands
