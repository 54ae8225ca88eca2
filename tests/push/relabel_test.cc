#include "push/relabel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

namespace hostpulse::push {
namespace {

const LabelSet kSeries = {{"__name__", "node_disk_io_time_seconds_total"},
                          {"device", "nvme0n1"},
                          {"instance", "Web-01"},
                          {"job", "node"}};

RelabelConfig Rule(RelabelAction action) {
  RelabelConfig rule;
  rule.action = action;
  return rule;
}

// The labels after the rules, or nothing where the series is dropped.
std::optional<LabelSet> Relabelled(const std::vector<RelabelConfig>& rules,
                                   LabelSet labels = kSeries) {
  const Result<Relabeler> relabeler = Relabeler::Compile(rules);
  EXPECT_TRUE(relabeler.ok()) << relabeler.status().message();
  if (!relabeler.ok() || !relabeler->Apply(labels)) return std::nullopt;
  return labels;
}

std::string Refusal(const RelabelConfig& rule) {
  return Relabeler::Compile({rule}).status().message();
}

TEST(Relabel, WithoutRulesNothingChanges) {
  EXPECT_EQ(Relabelled({}), kSeries);
}

TEST(Relabel, KeepAndDropMatchTheWholeValue) {
  RelabelConfig rule = Rule(RelabelAction::kDrop);
  rule.source_labels = {"__name__"};
  rule.regex = "node_disk";
  EXPECT_EQ(Relabelled({rule}), kSeries);
  rule.regex = "node_disk_.*";
  EXPECT_EQ(Relabelled({rule}), std::nullopt);
  rule.action = RelabelAction::kKeep;
  EXPECT_EQ(Relabelled({rule}), kSeries);
  rule.regex = "disk_.*";
  EXPECT_EQ(Relabelled({rule}), std::nullopt);
}

TEST(Relabel, AnAlternationIsAnchoredAsAWhole) {
  RelabelConfig rule = Rule(RelabelAction::kDrop);
  rule.source_labels = {"device"};
  rule.regex = "sda|nvme0";
  EXPECT_EQ(Relabelled({rule}), kSeries);
}

TEST(Relabel, SourcesAreJoinedByTheSeparatorAndMissingOnesAreEmpty) {
  RelabelConfig rule;
  rule.source_labels = {"job", "none", "device"};
  rule.separator = "/";
  rule.target_label = "path";
  const auto labels = Relabelled({rule});
  ASSERT_TRUE(labels);
  EXPECT_EQ(LabelValue(*labels, "path"), "node//nvme0n1");
}

TEST(Relabel, ReplaceExpandsGroupsInValueAndTarget) {
  RelabelConfig rule;
  rule.source_labels = {"device"};
  rule.regex = "(?P<kind>[a-z]+)([0-9])n([0-9])";
  rule.target_label = "disk_$1";
  rule.replacement = "${kind}-$2-${3}-$$-$9-$kind";
  const auto labels = Relabelled({rule});
  ASSERT_TRUE(labels);
  EXPECT_EQ(LabelValue(*labels, "disk_nvme"), "nvme-0-1-$--nvme");
}

TEST(Relabel, ReplaceLeavesAloneWhatDoesNotMatch) {
  RelabelConfig rule;
  rule.source_labels = {"device"};
  rule.regex = "sd.*";
  rule.target_label = "device";
  rule.replacement = "disk";
  EXPECT_EQ(Relabelled({rule}), kSeries);
}

TEST(Relabel, AnEmptyValueTakesTheLabelAway) {
  RelabelConfig rule;
  rule.target_label = "device";
  rule.replacement = "";
  const auto labels = Relabelled({rule});
  ASSERT_TRUE(labels);
  EXPECT_EQ(labels->size(), kSeries.size() - 1);
  EXPECT_EQ(LabelValue(*labels, "device"), "");
}

TEST(Relabel, NamesCanBeRewrittenAndStaySorted) {
  RelabelConfig rule = Rule(RelabelAction::kLabelMap);
  rule.regex = "(job|device)";
  rule.replacement = "a_$1";
  const auto labels = Relabelled({rule});
  ASSERT_TRUE(labels);
  EXPECT_TRUE(std::is_sorted(labels->begin(), labels->end()));
  EXPECT_EQ(LabelValue(*labels, "a_job"), "node");
  EXPECT_EQ(LabelValue(*labels, "a_device"), "nvme0n1");
  EXPECT_EQ(LabelValue(*labels, "job"), "node");
}

TEST(Relabel, LabelDropAndLabelKeepGoByName) {
  RelabelConfig rule = Rule(RelabelAction::kLabelDrop);
  rule.regex = "in.*|job";
  EXPECT_EQ(Relabelled({rule}), (LabelSet{kSeries[0], kSeries[1]}));
  rule.action = RelabelAction::kLabelKeep;
  rule.regex = "__name__|job";
  EXPECT_EQ(Relabelled({rule}), (LabelSet{kSeries[0], kSeries[3]}));
}

TEST(Relabel, ASeriesWithoutAnyLabelLeftIsDropped) {
  RelabelConfig rule = Rule(RelabelAction::kLabelDrop);
  rule.regex = ".*";
  EXPECT_EQ(Relabelled({rule}), std::nullopt);
}

// Worked out by hand from `printf node | md5sum`, as Prometheus takes it: the last eight bytes.
TEST(Relabel, HashModIsStableAndWithinTheModulus) {
  RelabelConfig rule = Rule(RelabelAction::kHashMod);
  rule.source_labels = {"job"};
  rule.target_label = "shard";
  rule.modulus = 1000;
  const auto labels = Relabelled({rule});
  ASSERT_TRUE(labels);
  EXPECT_EQ(LabelValue(*labels, "shard"), "140");
}

TEST(Relabel, ChangesCase) {
  RelabelConfig lower = Rule(RelabelAction::kLowercase);
  lower.source_labels = {"instance"};
  lower.target_label = "instance";
  RelabelConfig upper = Rule(RelabelAction::kUppercase);
  upper.source_labels = {"instance"};
  upper.target_label = "shout";
  const auto labels = Relabelled({lower, upper});
  ASSERT_TRUE(labels);
  EXPECT_EQ(LabelValue(*labels, "instance"), "web-01");
  EXPECT_EQ(LabelValue(*labels, "shout"), "WEB-01");
}

TEST(Relabel, ComparesLabels) {
  RelabelConfig rule = Rule(RelabelAction::kKeepEqual);
  rule.source_labels = {"job"};
  rule.target_label = "job";
  EXPECT_TRUE(Relabelled({rule}));
  rule.target_label = "device";
  EXPECT_FALSE(Relabelled({rule}));
  rule.action = RelabelAction::kDropEqual;
  EXPECT_TRUE(Relabelled({rule}));
}

TEST(Relabel, NamesTheRuleAndKeyThatIsWrong) {
  RelabelConfig rule;
  EXPECT_THAT(Refusal(rule), testing::HasSubstr("rule 0: target_label"));
  rule.target_label = "fine";
  rule.regex = "a(b";
  EXPECT_THAT(Refusal(rule), testing::HasSubstr("rule 0: regex"));
  rule = Rule(RelabelAction::kHashMod);
  rule.target_label = "shard";
  EXPECT_THAT(Refusal(rule), testing::HasSubstr("rule 0: modulus"));
  rule.target_label = "not a name";
  EXPECT_THAT(Refusal(rule), testing::HasSubstr("rule 0: target_label"));
}

TEST(Relabel, ActionsAreReadInAnyCase) {
  EXPECT_EQ(ParseRelabelAction("LabelDrop").value(), RelabelAction::kLabelDrop);
  EXPECT_THAT(ParseRelabelAction("remove").status().message(),
              testing::AllOf(testing::HasSubstr("remove"), testing::HasSubstr("labelkeep")));
}

}  // namespace
}  // namespace hostpulse::push
