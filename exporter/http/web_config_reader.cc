#include "exporter/http/web_config_reader.h"

#include <algorithm>
#include <set>

#include "core/utf8.h"

namespace hostpulse::http {
namespace {

std::string Join(const std::string& parent, std::string_view name) {
  return parent.empty() ? std::string(name) : parent + "." + std::string(name);
}

std::string Names(std::initializer_list<WebConfigReader::Key> keys) {
  std::string names;
  for (const auto& key : keys) names.append(names.empty() ? "" : ", ").append(key.name);
  return names;
}

}  // namespace

void WebConfigReader::Error(const YAML::Mark& mark, const std::string& key, std::string_view what) {
  if (!errors_.empty()) errors_ += '\n';
  errors_ += file_ + ":" + std::to_string(mark.line + 1) + ": ";
  if (!key.empty()) errors_ += Printable(key) + ": ";
  errors_ += Printable(what);
}

void WebConfigReader::ReadFreeMap(
    const YAML::Node& map, const std::string& key,
    const std::function<void(const std::string& name, const YAML::Node& value)>& read) {
  if (map.IsNull()) return;
  if (!map.IsMap()) return Error(map, key, "is not a map");
  std::set<std::string> seen;
  for (const auto& entry : map) {
    if (!entry.first.IsScalar()) {
      Error(entry.first, key, "has a key that is no text");
    } else if (!seen.insert(entry.first.Scalar()).second) {
      Error(entry.first, Join(key, entry.first.Scalar()), "stands here twice");
    } else {
      read(entry.first.Scalar(), entry.second);
    }
  }
}

void WebConfigReader::ReadMap(const YAML::Node& map, const std::string& key,
                              std::initializer_list<Key> keys) {
  ReadFreeMap(map, key, [&](const std::string& name, const YAML::Node& value) {
    const auto found = std::find_if(keys.begin(), keys.end(),
                                    [&](const Key& known) { return known.name == name; });
    if (found == keys.end()) {
      Error(value, Join(key, name), "is not known; known are " + Names(keys));
    } else {
      found->read(value, Join(key, name));
    }
  });
}

void WebConfigReader::ReadText(const YAML::Node& node, const std::string& key, std::string& out) {
  if (!node.IsScalar()) return Error(node, key, "is not a text");
  out = node.Scalar();
}

void WebConfigReader::ReadFlag(const YAML::Node& node, const std::string& key) {
  bool flag = false;
  if (!node.IsScalar() || !YAML::convert<bool>::decode(node, flag)) {
    Error(node, key, "is neither true nor false");
  }
}

void WebConfigReader::ReadTexts(const YAML::Node& node, const std::string& key,
                                std::vector<std::string>& out) {
  if (node.IsNull()) return;
  if (!node.IsSequence()) return Error(node, key, "is not a list");
  for (const auto& item : node) ReadText(item, key, out.emplace_back());
}

}  // namespace hostpulse::http
