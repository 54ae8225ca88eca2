#include "exporter/config/help.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/version.h"
#include "exporter/config/command_table.h"

namespace hostpulse::config {
namespace {

constexpr std::size_t kIndent = 8;
constexpr std::size_t kCommandIndent = 21;
constexpr std::size_t kWidth = 88;

constexpr std::string_view kUsage =
    R"(usage: hostpulse [<flags>] [<command>]

Reads a Linux host's /proc and /sys, answers Prometheus with node_exporter's metrics, and pushes
them by remote write. Booleans are negated as --no-FLAG; @FILE stands for the lines of a file.
)";

constexpr std::array<SectionTitle, 8> kSections = {{
    {Section::kGeneral, "General"},
    {Section::kWeb, "Web"},
    {Section::kLog, "Log"},
    {Section::kPath, "Paths"},
    {Section::kPush, "Push"},
    {Section::kCommand, "Flags of commands"},
    {Section::kCollectors, "Collectors"},
    {Section::kCollectorFlags, "Flags of collectors"},
}};

void AppendCommand(std::string& out, std::string_view usage, std::string_view help) {
  const std::size_t begin = out.size();
  out.append("  ").append(usage);
  if (out.size() - begin > kCommandIndent - 2) out += '\n';
  const std::size_t column = out.ends_with('\n') ? 0 : out.size() - begin;
  out.append(kCommandIndent - column, ' ').append(help).append("\n");
}

void AppendCommands(std::string& out) {
  out.append("\nCommands:\n");
  AppendCommand(out, "(none)", kServeHelp);
  for (const Command& command : kCommands) {
    std::string usage(command.name);
    if (!command.operands.empty()) usage.append(" ").append(command.operands);
    AppendCommand(out, usage, command.help);
  }
}

void AppendWrapped(std::string& out, std::string_view text) {
  std::size_t column = 0;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (column != 0 && column + 1 + word.size() > kWidth) column = 0;
    if (column == 0) {
      if (!out.ends_with('\n')) out += '\n';
      out.append(kIndent, ' ').append(word);
      column = kIndent + word.size();
    } else {
      out.append(" ").append(word);
      column += 1 + word.size();
    }
  }
  out += '\n';
}

std::string Usage(const Flag& flag) {
  if (flag.boolean()) {
    return flag.name == "help" ? "-h, --help" : "    --[no-]" + flag.name;
  }
  std::string usage = "    --" + flag.name;
  usage += flag.default_value.empty() ? "=VALUE" : "=\"" + flag.default_value + "\"";
  return usage + (flag.repeatable ? " ..." : "");
}

void AppendFlag(std::string& out, const Flag& flag) {
  out.append("  ").append(Usage(flag)).append("\n");
  AppendWrapped(out, Description(flag));
}

}  // namespace

std::span<const SectionTitle> Sections() {
  return kSections;
}

std::string Description(const Flag& flag) {
  std::string help = flag.help;
  if (flag.boolean() && flag.section != Section::kGeneral) {
    help += flag.default_value == "true" ? " (on by default)" : " (off by default)";
  }
  if (!flag.alias_of.empty()) help += " Deprecated: use --" + flag.alias_of + ".";
  if (!flag.env.empty()) help += " ($" + flag.env + ")";
  return help;
}

std::string HelpText(const FlagTable& table, bool hidden) {
  std::string out(kUsage);
  AppendCommands(out);
  for (const auto& [section, title] : kSections) {
    out.append("\n").append(title).append(":\n");
    for (const Flag& flag : table.flags()) {
      if (flag.section == section && (hidden || !flag.hidden)) AppendFlag(out, flag);
    }
  }
  return out;
}

std::string VersionText() {
  std::string out;
  out.append("hostpulse, version ").append(kVersion);
  out.append(" (branch: ").append(kBranch).append(", revision: ").append(kRevision).append(")\n");
  out.append("  compiler:         ").append(kCompiler).append("\n");
  out.append("  platform:         linux/").append(kArchitecture).append("\n");
  return out;
}

}  // namespace hostpulse::config
