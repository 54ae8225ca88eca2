#pragma once

#include <yaml-cpp/yaml.h>

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace hostpulse::http {

// Walks YAML strictly and gathers what is wrong with it. For web_config_file.cc only, because of
// the header it needs. May throw what yaml-cpp throws.
class WebConfigReader {
 public:
  explicit WebConfigReader(std::string file) : file_(std::move(file)) {}

  struct Key {
    std::string_view name;
    std::function<void(const YAML::Node& value, const std::string& key)> read;
  };
  // Every key of a map goes to its reader; a key without one, or there twice, is an error.
  void ReadMap(const YAML::Node& map, const std::string& key, std::initializer_list<Key> keys);
  // The same for a map whose keys are free.
  void ReadFreeMap(
      const YAML::Node& map, const std::string& key,
      const std::function<void(const std::string& name, const YAML::Node& value)>& read);

  void ReadText(const YAML::Node& node, const std::string& key, std::string& out);
  void ReadFlag(const YAML::Node& node, const std::string& key);  // Checked, without effect.
  void ReadTexts(const YAML::Node& node, const std::string& key, std::vector<std::string>& out);

  void Error(const YAML::Mark& mark, const std::string& key, std::string_view what);
  void Error(const YAML::Node& node, const std::string& key, std::string_view what) {
    Error(node.Mark(), key, what);
  }
  const std::string& errors() const { return errors_; }

 private:
  std::string file_;
  std::string errors_;
};

}  // namespace hostpulse::http
