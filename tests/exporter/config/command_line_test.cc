#include "exporter/config/command_line.h"

#include <gmock/gmock.h>

#include <sstream>

#include "exporter/config/command_table.h"
#include "exporter/config/completion.h"
#include "exporter/config/completion_script.h"
#include "exporter/config/man_page.h"
#include "tests/exporter/config/config_test_support.h"

namespace hostpulse::config {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::Ge;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Le;
using testing::MatchesRegex;
using testing::Optional;
using testing::StartsWith;
using Names = std::vector<std::string>;

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

TEST(CommandLine, TakesTheHiddenFlagsOfKingpin) {
  for (const std::string name : {"help-long", "help-man", "completion-bash",
                                 "completion-script-bash", "completion-script-zsh"}) {
    const Parsed parsed = Parse({"--" + name});
    EXPECT_THAT(parsed.errors, IsEmpty()) << name;
    EXPECT_TRUE(parsed.line.Has(name));
  }
  EXPECT_THAT(Parse({"-h"}).line.flags.at("help"), ElementsAre("true"));
}

// Every flag that node_exporter has, from the reference list, with a value of its type.
TEST(CommandLine, AcceptsEveryFlagInItsTable) {
  const FlagTable table;
  for (const Flag& flag : table.flags()) {
    const std::string value = flag.default_value.empty() ? "x" : flag.default_value;
    const std::string argument = flag.boolean() ? "--" + flag.name : "--" + flag.name + "=" + value;
    std::vector<std::string> command = flag.commands;
    command.resize(std::min<std::size_t>(1, command.size()));
    if (!command.empty() && command[0] == "queue") command.emplace_back("stat");
    command.push_back(argument);
    EXPECT_THAT(Parse(command).errors, IsEmpty()) << argument;
  }
}

TEST(CommandLine, HasASwitchForEachCollector) {
  const FlagTable table;
  std::size_t switches = 0;
  for (const Flag& flag : table.flags()) switches += flag.section == Section::kCollectors ? 1 : 0;
  EXPECT_EQ(switches, 80U);  // The 79 of node_exporter, and certificate.
  EXPECT_EQ(table.Find("collector.hwmon")->default_value, "true");
  EXPECT_EQ(table.Find("collector.systemd")->default_value, "false");
}

TEST(ManPage, NamesEveryFlagAndCommandWithItsHelpAndDefault) {
  const FlagTable table;
  std::string page = ManPage(table);
  // Where lines may break.
  for (std::size_t at = 0; (at = page.find("\\:", at)) != page.npos;) page.erase(at, 2);
  const auto says = [&](const std::string& part) { return page.find(part) != page.npos; };
  for (const Flag& flag : table.flags()) {
    EXPECT_TRUE(says("\\fB" + RoffText("--" + flag.name) + "\\fR")) << flag.name;
    EXPECT_TRUE(says(RoffText(flag.help))) << flag.name;
    const bool has_default = !flag.boolean() && !flag.default_value.empty();
    EXPECT_TRUE(!has_default || says(" Default: \\fB" + RoffText(flag.default_value) + "\\fR\n"))
        << flag.name;
  }
  for (const Command& command : kCommands) {
    EXPECT_TRUE(says("\\fB" + std::string(command.name) + "\\fR")) << command.name;
    EXPECT_TRUE(says("\n" + RoffText(command.help) + "\n")) << command.name;
  }
}

TEST(ManPage, HoldsNoRequestsOrEscapesButItsOwn) {
  std::istringstream page(ManPage(FlagTable()));
  for (std::string line; std::getline(page, line);) {
    EXPECT_THAT(line, MatchesRegex("(\\.(TH|SH|SS|TP|PP|nh|ad)( .*)?|[^.'].*)"));
    for (std::size_t at = 0; (at = line.find('\\', at)) != line.npos; at += 2) {
      EXPECT_THAT(line.substr(at, 2), MatchesRegex("\\\\[-e:&(f]")) << line;
    }
    EXPECT_THAT(line, Each(AllOf(Ge(' '), Le('~')))) << line;
  }
}

TEST(ManPage, EscapesWhatRoffWouldTakeForItsOwn) {
  EXPECT_EQ(RoffText(".so a\\b"), "\\&.so a\\eb");
  EXPECT_EQ(RoffText("--no-x"), "\\-\\-no\\-x");
  EXPECT_EQ(RoffText("'^~`\""), "\\(aq\\(ha\\(ti\\(ga\\(dq");
  EXPECT_EQ(RoffText("one\n.two"), "one .two");
}

Names Completed(const Names& words) {
  static const FlagTable table;
  return Complete(words, table);
}

TEST(Completion, OffersEveryFlagThatHelpListsAndTheNegatedOnes) {
  Names expected;
  const FlagTable table;
  for (const Flag& flag : table.flags()) {
    if (flag.hidden || !flag.commands.empty()) continue;
    expected.push_back("--" + flag.name);
    if (flag.boolean()) expected.push_back("--no-" + flag.name);
  }
  EXPECT_THAT(Completed({"--"}), ElementsAreArray(expected));
  EXPECT_THAT(Completed({"once", "-"}), ElementsAreArray(expected));
  for (const std::string& prefix : expected) {
    Names matching = expected;
    std::erase_if(matching, [&](const auto& name) { return !name.starts_with(prefix); });
    EXPECT_THAT(Completed({prefix}), ElementsAreArray(matching));
  }
  EXPECT_THAT(Completed({"--collector.cpu.g"}), ElementsAre("--collector.cpu.guest"));
  EXPECT_THAT(Completed({"--bogus"}), IsEmpty());
}

TEST(Completion, OffersTheValuesOfAFlagHoweverTheShellSplitsThem) {
  EXPECT_THAT(Completed({"--log.format", ""}), ElementsAre("logfmt", "json"));
  EXPECT_THAT(Completed({"--log.level", "de"}), ElementsAre("debug"));
  EXPECT_THAT(Completed({"--log.level", "=", "de"}), ElementsAre("debug"));
  EXPECT_THAT(Completed({"--log.format", "="}), ElementsAre("logfmt", "json"));
  EXPECT_THAT(Completed({"--log.level=de"}), ElementsAre("--log.level=debug"));
  EXPECT_THAT(Completed({"--config.file", ""}), IsEmpty());
  EXPECT_THAT(Completed({"--config.file=on"}), IsEmpty());
  EXPECT_THAT(Completed({"--collector.cpu=t"}), IsEmpty());
  EXPECT_THAT(Completed({"--log.level", "--log.f"}), ElementsAre("--log.format"));
}

TEST(Completion, OffersOnlyValuesThatTheFlagTakes) {
  const FlagTable table;
  for (const Flag& flag : table.flags()) {
    if (flag.choices.empty()) continue;
    for (const std::string& choice : flag.choices) EXPECT_TRUE(flag.Check(choice)) << flag.name;
    EXPECT_THAT(flag.choices, Contains(flag.default_value));
  }
}

TEST(Completion, OffersCommandsWhereOneMayStand) {
  const Names all = {"once", "check", "health", "describe", "top", "queue"};
  EXPECT_THAT(Completed({}), ElementsAreArray(all));
  EXPECT_THAT(Completed({"--config.file", "once", ""}), ElementsAreArray(all));
  EXPECT_THAT(Completed({"--config.file", "=", "once", ""}), ElementsAreArray(all));
  EXPECT_THAT(Completed({"--no-collector.cpu", "d"}), ElementsAre("describe"));
  EXPECT_THAT(Completed({"--", "o"}), ElementsAre("once"));
  EXPECT_THAT(Completed({"--", "--log.l"}), IsEmpty());
  EXPECT_THAT(Completed({"once", ""}), IsEmpty());
  EXPECT_THAT(Completed({"queue", ""}), ElementsAre("stat", "verify", "dump", "replay"));
  EXPECT_THAT(Completed({"queue", "stat", ""}), IsEmpty());
  EXPECT_THAT(Completed({"--js"}), IsEmpty());
  EXPECT_THAT(Completed({"describe", "--js"}), ElementsAre("--json"));
}

TEST(Completion, IsAskedForByAFlagWhateverStandsBesides) {
  const Names words = {"--bogus", "--completion-bash", "--log", "--"};
  EXPECT_THAT(CompletionRequest(words), Optional(ElementsAre("--log", "--")));
  EXPECT_EQ(CompletionRequest(Names{"--", "--completion-bash"}), std::nullopt);
}

TEST(Completion, WritesScriptsForTheNameThatTheProgramHas) {
  const std::string bash = BashCompletionScript("/usr/bin/node_exporter");
  EXPECT_THAT(bash, HasSubstr("complete -o default -F _hostpulse_complete node_exporter\n"));
  EXPECT_THAT(ZshCompletionScript("./hostpulse"), StartsWith("#compdef hostpulse\n"));
  EXPECT_EQ(BashCompletionScript("a;b"), BashCompletionScript("hostpulse"));
}

}  // namespace
}  // namespace hostpulse::config
