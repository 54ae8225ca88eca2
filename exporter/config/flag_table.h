#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/collector.h"
#include "collectors/flag_spec.h"
#include "core/result.h"

namespace hostpulse::config {

// Where --help puts a flag.
enum class Section { kGeneral, kWeb, kLog, kPath, kPush, kCommand, kCollectors, kCollectorFlags };

// One flag of the command line. Parsing, the keys of the configuration file, --help, the
// manual page, completion and the defaults are all made from these.
struct Flag {
  std::string name;  // Without dashes: "web.listen-address".
  collectors::FlagType type = collectors::FlagType::kString;
  std::string default_value;  // As typed; "true" or "false" for a boolean; empty: none.
  std::string help;
  Section section = Section::kGeneral;
  std::string file_key;  // "web.listen"; empty where the file has no such key.
  bool repeatable = false;
  bool hidden = false;
  std::vector<std::string> commands;                // Those that take it; empty: all.
  std::vector<std::string> choices;                 // What completion offers as its value.
  std::string env;                                  // Gives the default, if set.
  std::string alias_of;                             // Deprecated: the flag that it sets.
  Status (*check)(std::string_view) = nullptr;      // Beyond the type.
  const collectors::CollectorSpec* spec = nullptr;  // Of the collector that it belongs to.

  bool OfCommand(std::string_view command) const {
    return commands.empty() || std::ranges::find(commands, command) != commands.end();
  }
  bool boolean() const { return type == collectors::FlagType::kBool; }
  // Fine, or what is wrong with a value and what is accepted.
  Status Check(std::string_view value) const;
};

// The key of the configuration file that gives it: file_key, or for collectors what their name and
// the flag's make: "collectors.netclass.with-stats". Empty: none.
std::string FileKeyOf(const Flag& flag);

// Every flag: the program's own and those that the collector table declares. Built where it is
// needed and then dropped; immutable.
class FlagTable {
 public:
  FlagTable();

  const Flag* Find(std::string_view name) const;
  const Flag* FindByFileKey(std::string_view key) const;
  std::span<const Flag> flags() const { return flags_; }
  std::vector<std::string> Names() const;  // Those that help may suggest.

 private:
  std::vector<Flag> flags_;  // Sorted by name.
};

// The program's own flags, in no order.
std::vector<Flag> ProgramFlags();

}  // namespace hostpulse::config
