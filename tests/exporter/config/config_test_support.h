#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "exporter/config/load.h"

namespace hostpulse::config {

// A directory with configuration files that goes away with the test.
class ConfigDir {
 public:
  ConfigDir() {
    std::string path = (std::filesystem::temp_directory_path() / "hostpulse-XXXXXX").string();
    if (::mkdtemp(path.data()) == nullptr) std::abort();
    path_ = path;
  }
  ConfigDir(const ConfigDir&) = delete;
  ConfigDir& operator=(const ConfigDir&) = delete;
  ~ConfigDir() { std::filesystem::remove_all(path_); }

  std::string Path(const std::string& name) const { return (path_ / name).string(); }
  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(Path(name)) << text;
    return Path(name);
  }

 private:
  std::filesystem::path path_;
};

struct Loaded {
  Config config;
  std::vector<std::string> errors;
  std::vector<std::string> notices;
};

// What arguments, environment and the files that they name come to.
inline Loaded Load(const std::vector<std::string>& arguments,
                   const std::map<std::string, std::string>& environment = {}) {
  const FlagTable table;
  Findings findings;
  const CommandLine line = ParseCommandLine(arguments, table, findings);
  const Environment lookup = [&](const char* name) -> const char* {
    const auto found = environment.find(name);
    return found == environment.end() ? nullptr : found->second.c_str();
  };
  Loaded loaded;
  loaded.config = LoadConfig(table, line, lookup, findings);
  loaded.errors = findings.errors();
  loaded.notices = loaded.config.notices;
  return loaded;
}

// The same for one file; its errors begin with "c.yml:LINE" instead of the whole path.
inline Loaded LoadText(const std::string& text, std::vector<std::string> arguments = {},
                       const std::string& name = "c.yml") {
  const ConfigDir dir;
  arguments.push_back("--config.file=" + dir.Write(name, text));
  Loaded loaded = Load(arguments);
  for (auto* lines : {&loaded.errors, &loaded.notices}) {
    for (std::string& line : *lines) {
      const std::size_t at = line.find(dir.Path(""));
      if (at != line.npos) line.erase(at, dir.Path("").size());
    }
  }
  return loaded;
}

}  // namespace hostpulse::config
