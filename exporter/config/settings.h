#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/config/command_line.h"
#include "exporter/config/given.h"

namespace hostpulse::config {

// Reads an environment variable; null where it is not set.
using Environment = std::function<const char*(const char* name)>;

// The value of every flag and whether somebody gave it: the command line before the environment
// before the file before the default. Deprecated names have become the flags they stand for. One
// thread.
class Settings {
 public:
  // Every value that does not fit its flag becomes an error with its place, used or not.
  Settings(const FlagTable& table, const CommandLine& line, const Environment& environment,
           GivenFlags file, Findings& findings);

  const std::vector<std::string>& Texts(std::string_view flag) const;
  const std::string& Text(std::string_view flag) const;  // The first one, or an empty text.
  bool Bool(std::string_view flag) const { return Text(flag) == "true"; }
  bool Given(std::string_view flag) const;  // Not merely the default.

 private:
  struct Value {
    std::vector<std::string> texts;  // None where a flag has no default.
    bool given = false;
  };

  bool Check(const Flag& flag, const config::Given& given);
  void ResolveAliases();

  const FlagTable& table_;
  Findings& findings_;
  std::map<std::string, Value, std::less<>> values_;
};

// The flags that were typed, and those that the environment gives.
GivenFlags FlagsOfCommandLine(const CommandLine& line);
GivenFlags FlagsOfEnvironment(const FlagTable& table, const Environment& environment);

}  // namespace hostpulse::config
