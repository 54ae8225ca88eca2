#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/function_ref.h"
#include "core/result.h"
#include "exporter/config/document.h"

namespace hostpulse::config {

// Reads one map of a configuration file key by key into plain variables. A key that is absent or
// null leaves its variable as it is; a value of the wrong type is reported with file, line and the
// whole path of the key; Finish reports every key that nobody asked for. One thread at a time; the
// node must outlive it.
class MapReader {
 public:
  // `path` is the key of the map itself: "remote_write[0].queue_config"; empty for the root.
  MapReader(const Node& node, std::string path, Findings& findings);

  void String(std::string_view key, std::string& to);
  void Bool(std::string_view key, bool& to);
  void Strings(std::string_view key, std::vector<std::string>& to);  // A list, or one text.
  void Pairs(std::string_view key, std::vector<std::pair<std::string, std::string>>& to);
  void Bytes(std::string_view key, std::uint64_t& to);  // "512MiB"

  template <typename Duration>
  void Time(std::string_view key, Duration& to);

  template <std::integral Value>
  void Integer(std::string_view key, Value& to, std::int64_t least, std::int64_t most) {
    if (const auto value = Number(key, least, most)) to = static_cast<Value>(*value);
  }

  // One of a few words, as `parse` knows them.
  void Word(std::string_view key, FunctionRef<Status(const std::string&)> parse);

  // The node below this key, or null; the key counts as asked for.
  const Node* Take(std::string_view key);
  // As Take, and reports what is neither a map nor a list.
  const Node* TakeMap(std::string_view key);
  const Node* TakeList(std::string_view key);

  // The key is known and without effect here: a notice with the reason, not an error.
  void Ignore(std::string_view key, std::string_view reason);
  // The key is known and cannot be honoured: an error with the reason.
  void Refuse(std::string_view key, std::string_view reason);

  // Everything not asked for is unknown: an error with the nearest known keys.
  void Finish();

  void Error(std::string_view key, std::string_view what);
  std::string PathOf(std::string_view key) const;
  const Place& PlaceOf(std::string_view key) const;  // Of the map where the key is absent.
  Findings& findings() { return findings_; }

 private:
  const Node* TakeScalar(std::string_view key, std::string_view accepted);
  std::optional<std::chrono::nanoseconds> DurationOf(std::string_view key);
  std::optional<std::int64_t> Number(std::string_view key, std::int64_t least, std::int64_t most);

  const Node& node_;
  std::string path_;
  Findings& findings_;
  std::set<std::string, std::less<>> known_;
};

// true, false and YAML 1.1's yes, no, on, off, which Prometheus' files may hold; only unquoted.
std::optional<bool> ParseYamlBool(const Node& node);

// "512MiB", "1GB", "65536": powers of 1024 for both spellings, as Prometheus has it.
Result<std::uint64_t> ParseBytes(std::string_view text);

template <typename Duration>
void MapReader::Time(std::string_view key, Duration& to) {
  if (const auto value = DurationOf(key)) to = std::chrono::duration_cast<Duration>(*value);
}

}  // namespace hostpulse::config
