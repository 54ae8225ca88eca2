#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace hostpulse::config {

// One command of the program. Parsing, --help, the manual page and completion are made from these.
struct Command {
  std::string_view name;
  std::string_view operands;  // As the usage shows them.
  std::string_view help;
  // What must follow the name, one of these; empty: nothing.
  std::array<std::string_view, 4> subcommands{};
};

inline constexpr std::array<Command, 6> kCommands = {{
    {"once", "", "Collect once and print the metrics, or push them with --push.gateway-url.", {}},
    {"check",
     "[--verbose]",
     "Check configuration, permissions and destinations; exit 1 on a finding.",
     {}},
    {"health",
     "",
     "Ask the hostpulse that serves at the first listen address; exit 1 if it is not healthy.",
     {}},
    {"describe", "[--json]", "List every collector, metric, type, labels and help.", {}},
    {"top",
     "[--interval=1s] [--count=N]",
     "Show CPU, memory, pressure, networks, disks and file systems, live.",
     {}},
    {"queue",
     "stat|verify|dump|replay",
     "Look into the queue of samples that are not delivered yet.",
     {"stat", "verify", "dump", "replay"}},
}};

// Null where there is none of that name.
constexpr const Command* FindCommand(std::string_view name) {
  const auto* const found = std::ranges::find(kCommands, name, &Command::name);
  return found == kCommands.end() ? nullptr : &*found;
}

constexpr bool HasSubcommand(const Command& command, std::string_view name) {
  return !name.empty() && std::ranges::find(command.subcommands, name) != command.subcommands.end();
}

}  // namespace hostpulse::config
