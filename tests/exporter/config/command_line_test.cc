#include "exporter/config/command_line.h"

#include <gmock/gmock.h>

#include "tests/exporter/config/config_test_support.h"

namespace hostpulse::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Parsed {
  CommandLine line;
  std::vector<std::string> errors;
};

Parsed Parse(const std::vector<std::string>& arguments) {
  static const FlagTable table;
  Findings findings;
  Parsed parsed;
  parsed.line = ParseCommandLine(arguments, table, findings);
  parsed.errors = findings.errors();
  return parsed;
}

TEST(CommandLine, TakesValuesBehindAnEqualsSignOrASpace) {
  const Parsed parsed = Parse({"--log.level=debug", "--web.telemetry-path", "/m"});
  EXPECT_THAT(parsed.errors, IsEmpty());
  EXPECT_THAT(parsed.line.flags.at("log.level"), ElementsAre("debug"));
  EXPECT_THAT(parsed.line.flags.at("web.telemetry-path"), ElementsAre("/m"));
}

TEST(CommandLine, KeepsEverythingBehindTheFirstEqualsSign) {
  EXPECT_THAT(
      Parse({"--collector.netstat.fields=^(a=b)$"}).line.flags.at("collector.netstat.fields"),
      ElementsAre("^(a=b)$"));
}

TEST(CommandLine, NegatesBooleansOnly) {
  EXPECT_THAT(Parse({"--no-collector.cpu"}).line.flags.at("collector.cpu"), ElementsAre("false"));
  EXPECT_THAT(Parse({"--collector.systemd"}).line.flags.at("collector.systemd"),
              ElementsAre("true"));
  EXPECT_THAT(Parse({"--no-log.level"}).errors,
              ElementsAre(HasSubstr("unknown long flag '--no-log.level'")));
}

TEST(CommandLine, RefusesAValueForABoolean) {
  EXPECT_THAT(Parse({"--collector.cpu=false"}).errors,
              ElementsAre("flag '--collector.cpu' takes no value; accepted: --collector.cpu or "
                          "--no-collector.cpu"));
}

TEST(CommandLine, CollectsRepeatableFlagsAndRefusesOthersTwice) {
  EXPECT_THAT(Parse({"--web.listen-address=:1", "--web.listen-address", ":2"})
                  .line.flags.at("web.listen-address"),
              ElementsAre(":1", ":2"));
  EXPECT_THAT(Parse({"--log.level=info", "--log.level=debug"}).errors,
              ElementsAre("flag 'log.level' cannot be repeated"));
  EXPECT_THAT(Parse({"--collector.cpu", "--no-collector.cpu"}).errors,
              ElementsAre("flag 'collector.cpu' cannot be repeated"));
}

TEST(CommandLine, RefusesPositionalArguments) {
  EXPECT_THAT(Parse({"foo"}).errors, ElementsAre("unexpected argument 'foo'"));
  EXPECT_THAT(Parse({"--", "--log.level=info"}).errors,
              ElementsAre("unexpected argument '--log.level=info'"));
  EXPECT_THAT(Parse({"chekc"}).errors,
              ElementsAre("unexpected argument 'chekc'; did you mean \"check\"?"));
}

TEST(CommandLine, WantsTheValueOfAFlag) {
  EXPECT_THAT(Parse({"--log.level"}).errors,
              ElementsAre("expected argument for flag '--log.level'"));
  EXPECT_THAT(Parse({"--log.level", "--collector.cpu"}).errors,
              ElementsAre("expected argument for flag '--log.level'"));
}

TEST(CommandLine, NamesUnknownFlagsWithTheNearestOnesAllAtOnce) {
  EXPECT_THAT(
      Parse({"--collector.sytemd", "--no-collector.hwmom", "--web.listenaddress", ":1", "-x"})
          .errors,
      ElementsAre(HasSubstr("'--collector.sytemd'; did you mean \"--collector.systemd\""),
                  HasSubstr("'--no-collector.hwmom'; did you mean \"--no-collector.hwmon\""),
                  HasSubstr("'--web.listenaddress'; did you mean \"--web.listen-address\""),
                  "unknown short flag '-x'"));
}

TEST(CommandLine, ReadsArgumentsFromFiles) {
  const ConfigDir dir;
  const std::string inner = dir.Write("inner", "--no-collector.cpu\n");
  const std::string outer = dir.Write("outer", "# comment\n--log.level\ndebug\n@" + inner + "\n");
  const Parsed parsed = Parse({"@" + outer, "--collector.systemd"});
  EXPECT_THAT(parsed.errors, IsEmpty());
  EXPECT_THAT(parsed.line.flags.at("log.level"), ElementsAre("debug"));
  EXPECT_THAT(parsed.line.flags.at("collector.cpu"), ElementsAre("false"));
  EXPECT_TRUE(parsed.line.Has("collector.systemd"));
}

TEST(CommandLine, ReportsAnArgumentsFileThatCannotBeRead) {
  EXPECT_THAT(Parse({"@/nonexistent/file"}).errors,
              ElementsAre("failed to read arguments file '/nonexistent/file': No such file or "
                          "directory"));
}

TEST(CommandLine, EndsWithAnArgumentsFileThatNamesItself) {
  const ConfigDir dir;
  const std::string path = dir.Path("loop");
  dir.Write("loop", "@" + path + "\n");
  EXPECT_THAT(Parse({"@" + path}).errors, ElementsAre("more than 64 files of arguments"));
}

TEST(CommandLine, KnowsItsCommands) {
  EXPECT_THAT(Parse({"once", "--no-collector.cpu"}).line.command, ElementsAre("once"));
  EXPECT_THAT(Parse({"describe", "--json"}).errors, IsEmpty());
  EXPECT_THAT(Parse({"--json"}).errors, ElementsAre("flag '--json' belongs to describe"));
  EXPECT_THAT(Parse({"queue", "stat"}).line.command, ElementsAre("queue", "stat"));
  EXPECT_THAT(Parse({"queue"}).errors, ElementsAre(HasSubstr("queue: accepted: queue stat")));
  EXPECT_THAT(Parse({"queue", "burn"}).errors, ElementsAre(HasSubstr("queue: accepted")));
  EXPECT_THAT(Parse({"check", "once"}).errors, ElementsAre("unexpected argument 'once'"));
}

TEST(CommandLine, RefusesWhatItDoesNotGenerate) {
  EXPECT_THAT(Parse({"--help-man"}).errors,
              ElementsAre(HasSubstr("'--help-man' is not supported")));
  EXPECT_THAT(Parse({"--completion-script-bash"}).errors, ElementsAre(HasSubstr("not supported")));
  EXPECT_THAT(Parse({"-h"}).line.flags.at("help"), ElementsAre("true"));
}

// Every flag that node_exporter has, from the reference list, with a value of its type.
TEST(CommandLine, AcceptsEveryFlagInItsTable) {
  const FlagTable table;
  for (const Flag& flag : table.flags()) {
    const std::string value = flag.default_value.empty() ? "x" : flag.default_value;
    const std::string argument = flag.boolean() ? "--" + flag.name : "--" + flag.name + "=" + value;
    const std::vector<std::string> command = flag.name == "json"
                                                 ? std::vector<std::string>{"describe", argument}
                                                 : std::vector<std::string>{argument};
    EXPECT_THAT(Parse(command).errors, IsEmpty()) << argument;
  }
}

TEST(CommandLine, HasASwitchForEachOfTheSeventyNineCollectors) {
  const FlagTable table;
  std::size_t switches = 0;
  for (const Flag& flag : table.flags()) switches += flag.section == Section::kCollectors ? 1 : 0;
  EXPECT_EQ(switches, 79U);
  EXPECT_EQ(table.Find("collector.hwmon")->default_value, "true");
  EXPECT_EQ(table.Find("collector.systemd")->default_value, "false");
}

}  // namespace
}  // namespace hostpulse::config
