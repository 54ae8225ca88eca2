#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "exporter/config/findings.h"

namespace hostpulse::config {

struct Member;

// A value of a configuration file, with the place where it stands. Plain data.
struct Node {
  enum class Kind { kNull, kScalar, kList, kMap };

  Kind kind = Kind::kNull;
  bool quoted = false;  // A scalar in quotes is a string, whatever it looks like.
  std::string text;     // Of a scalar, as written.
  Place place;
  std::vector<Node> items;      // Of a list.
  std::vector<Member> members;  // Of a map, in the order of the file.

  const Node* Find(std::string_view key) const;  // Null where a map has no such key.
};

struct Member {
  std::string key;
  Place place;
  Node value;
};

// How much a file may hold. Far above any sane configuration; low enough that a hostile file is
// refused before it costs time or memory.
inline constexpr std::size_t kMaxFileBytes = 1 << 20;
inline constexpr std::size_t kMaxDepth = 32;
inline constexpr std::size_t kMaxNodes = 100'000;  // Counted after aliases are resolved.

// Reads a YAML file, or a JSON one where the name ends in ".json". The root is a map, or null for
// an empty file. Duplicate keys, several documents, bytes that are not UTF-8, tags and whatever is
// over a limit become errors in `findings`; the node then holds what was understood.
Node LoadDocument(const std::string& path, Findings& findings);

// The parsers behind it, for text that is already there. `name` stands in the places.
Node ParseYaml(const std::string& text, const std::string& name, Findings& findings);
Node ParseJson(const std::string& text, const std::string& name, Findings& findings);

// Lays `over` upon `base`: maps merge key by key, everything else is replaced.
void Overlay(Node& base, Node over);

// "dir/hostpulse.yml", "prod" -> "dir/hostpulse-prod.yml".
std::string OverlayPath(std::string_view path, std::string_view environment);

// A path as a configuration file means it: relative to the directory of that file.
std::string PathBeside(std::string_view file, std::string_view path);

}  // namespace hostpulse::config
