#include "exporter/config/man_page.h"

#include <utility>

#include "core/version.h"
#include "exporter/config/command_table.h"
#include "exporter/config/help.h"

namespace hostpulse::config {
namespace {

constexpr std::string_view kDescription =
    "Reads a Linux host's /proc and /sys, answers Prometheus with node_exporter's metrics, and "
    "pushes them by remote write.";
constexpr std::string_view kFlagRules =
    "A value is given as --flag=value or --flag value. Flags without a value are negated as "
    "--no-flag. A flag that is not marked as repeatable stands once. The argument @file stands "
    "for the lines of a file, those that begin with # left out, and -- ends the flags.";
constexpr std::string_view kExitStatus =
    "0 after a command that found nothing wrong, and when a signal ends the program; 1 on any "
    "failure, which standard error names.";

// What roff's fonts would otherwise replace by something that looks alike.
std::string_view Escape(char c) {
  switch (c) {
    case '\\':
      return "\\e";
    case '-':
      return "\\-";
    case '\'':
      return "\\(aq";
    case '`':
      return "\\(ga";
    case '^':
      return "\\(ha";
    case '~':
      return "\\(ti";
    case '"':
      return "\\(dq";  // Ends an argument of a macro.
    case '\n':
      return " ";
    default:
      return {};
  }
}

std::string Bold(std::string_view text) {
  return "\\fB" + RoffText(text) + "\\fR";
}
std::string Italic(std::string_view text) {
  return "\\fI" + RoffText(text) + "\\fR";
}

// A value in bold, which lines may break between the parts of an expression: some are longer than
// a line.
std::string Value(std::string_view text) {
  constexpr std::string_view kBreakBehind = "|)/,";
  std::string out = "\\fB";
  for (const char c : RoffText(text)) {
    out.push_back(c);
    if (kBreakBehind.find(c) != kBreakBehind.npos) out.append("\\:");
  }
  return out + "\\fR";
}

class Page {
 public:
  explicit Page(const FlagTable& table) : table_(table) {}

  std::string Write() {
    Heading();
    Section("DESCRIPTION");
    Line(RoffText(kDescription));
    Paragraph(RoffText(kFlagRules));
    Commands();
    Section("OPTIONS");
    for (const SectionTitle& section : Sections()) Flags(section);
    Environment();
    Section("EXIT STATUS");
    Line(RoffText(kExitStatus));
    return std::move(out_);
  }

 private:
  void Line(std::string_view text) { out_.append(text).append("\n"); }
  void Section(std::string_view title) { Line(".SH \"" + RoffText(title) + "\""); }
  void Paragraph(std::string_view text) {
    Line(".PP");
    Line(text);
  }
  void Item(std::string_view tag, std::string_view text) {
    Line(".TP");
    Line(tag);
    Line(text);
  }

  void Heading() {
    Line(".TH \"HOSTPULSE\" \"1\" \"\" \"hostpulse " + RoffText(kVersion) + "\" \"User Commands\"");
    Line(".nh");    // Names of flags are not hyphenated,
    Line(".ad l");  // nor the words between them spread.
    Section("NAME");
    Line("hostpulse \\- " + RoffText("metrics of a Linux host for Prometheus"));
    Section("SYNOPSIS");
    Line(Bold("hostpulse") + " [" + Italic("flags") + "] [" + Italic("command") + "]");
  }

  void Commands() {
    Section("COMMANDS");
    Item(Italic("none"), RoffText(kServeHelp));
    for (const Command& command : kCommands) {
      std::string tag = Bold(command.name);
      if (!command.operands.empty()) tag += " " + Italic(command.operands);
      Item(tag, RoffText(command.help));
    }
  }

  void Flags(const SectionTitle& section) {
    Line(".SS \"" + RoffText(section.title) + "\"");
    for (const Flag& flag : table_.flags()) {
      if (flag.section == section.section) Item(Tag(flag), Text(flag));
    }
  }

  static std::string Tag(const Flag& flag) {
    if (flag.name == "help") return Bold("-h") + ", " + Bold("--help");
    if (flag.boolean()) return Bold("--" + flag.name) + ", " + Bold("--no-" + flag.name);
    return Bold("--" + flag.name) + "=" + Italic("value") + (flag.repeatable ? " ..." : "");
  }

  // A boolean's default stands in its description where it is worth a word.
  static std::string Text(const Flag& flag) {
    std::string text = RoffText(Description(flag));
    if (flag.repeatable) text += " Repeatable.";
    if (!flag.boolean() && !flag.default_value.empty()) {
      text += " Default: " + Value(flag.default_value);
    }
    return text;
  }

  void Environment() {
    Section("ENVIRONMENT");
    for (const Flag& flag : table_.flags()) {
      if (flag.env.empty()) continue;
      Item(Bold(flag.env), "The default of " + Bold("--" + flag.name) + ".");
    }
  }

  const FlagTable& table_;
  std::string out_;
};

}  // namespace

std::string RoffText(std::string_view text) {
  std::string out;
  // At the beginning of a line a dot makes it a request; an apostrophe is escaped anyway.
  if (text.starts_with('.')) out = "\\&";
  for (const char c : text) {
    const std::string_view escaped = Escape(c);
    if (escaped.empty()) {
      out.push_back(c);
    } else {
      out.append(escaped);
    }
  }
  return out;
}

std::string ManPage(const FlagTable& table) {
  return Page(table).Write();
}

}  // namespace hostpulse::config
