#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/duration.h"
#include "exporter/app.h"
#include "exporter/commands/commands.h"
#include "exporter/commands/queue.h"
#include "exporter/config/completion.h"
#include "exporter/config/completion_script.h"
#include "exporter/config/help.h"
#include "exporter/config/load.h"
#include "exporter/config/man_page.h"

namespace hostpulse {
namespace {

const char* GetEnvironment(const char* name) {
  return std::getenv(name);
}

int Print(const std::string& text) {
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() ? 0 : 1;
}

int PrintLines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text.append(line).append("\n");
  return Print(text);
}

// What the flags that only print something ask for.
std::optional<std::string> Information(const config::CommandLine& line,
                                       const config::FlagTable& table, const char* program) {
  if (line.Has("help-man")) return config::ManPage(table);
  if (line.Has("help") || line.Has("help-long")) {
    return config::HelpText(table, line.Has("help-long"));
  }
  if (line.Has("completion-script-bash")) return config::BashCompletionScript(program);
  if (line.Has("completion-script-zsh")) return config::ZshCompletionScript(program);
  if (line.Has("version")) return config::VersionText();
  return std::nullopt;
}

int Refuse(const std::vector<std::string>& errors) {
  for (const std::string& error : errors) {
    std::fprintf(stderr, "hostpulse: error: %s\n", error.c_str());
  }
  std::fprintf(stderr, "hostpulse: try --help\n");
  return 1;
}

// `hostpulse check` prints findings, and what is wrong with the configuration is one of them.
int RefuseCheck(const std::vector<std::string>& errors) {
  for (const std::string& error : errors) std::printf("%s\n", error.c_str());
  return 1;
}

// Their forms have been checked.
commands::TopOptions TopOptionsOf(const config::CommandLine& line) {
  commands::TopOptions options;
  if (const auto interval = ParseDuration(line.Value("interval", "1s"))) {
    options.interval = *interval;
  }
  const std::string count = line.Value("count", "0");
  std::from_chars(count.data(), count.data() + count.size(), options.count);
  options.plain = line.Value("plain") == "true";
  return options;
}

int RunCommand(const config::CommandLine& line, const config::Config& config) {
  const std::string& command = line.command[0];
  if (command == "once") {
    return line.Has("push.gateway-url") ? commands::PushOnce(config) : commands::Once(config);
  }
  if (command == "check") return commands::Check(config, line.Value("verbose") == "true");
  if (command == "health") return commands::Health(config);
  if (command == "top") return commands::RunTop(config, TopOptionsOf(line));
  if (command == "describe") return commands::Describe(line.Has("json"));
  return commands::Queue(line, config);
}

int Run(const char* program, std::span<const std::string> arguments) {
  config::Findings findings;
  config::CommandLine line;
  config::Config config;
  {
    // The table serves parsing only, and is not kept while the program runs.
    const config::FlagTable table;
    if (const auto words = config::CompletionRequest(arguments)) {
      return PrintLines(config::Complete(*words, table));
    }
    line = config::ParseCommandLine(arguments, table, findings);
    if (!findings.ok()) {
      // What the file says is still read, so that the user sees everything at once.
      config::LoadConfig(table, line, GetEnvironment, findings);
      return Refuse(findings.errors());
    }
    if (const auto text = Information(line, table, program)) return Print(*text);
    config = config::LoadConfig(table, line, GetEnvironment, findings);
  }
  const bool checks = !line.command.empty() && line.command[0] == "check";
  if (!findings.ok()) return checks ? RefuseCheck(findings.errors()) : Refuse(findings.errors());
  if (!line.command.empty()) return RunCommand(line, config);
  return Serve(std::move(config), [line](config::Findings& found) {
    return config::LoadConfig(config::FlagTable(), line, GetEnvironment, found);
  });
}

}  // namespace
}  // namespace hostpulse

int main(int argc, char** argv) {
  try {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    return hostpulse::Run(argv[0], arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "hostpulse: error: %s\n", error.what());
    return 1;
  }
}
