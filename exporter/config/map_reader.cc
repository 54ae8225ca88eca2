#include "exporter/config/map_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "core/duration.h"
#include "core/nearest.h"

namespace hostpulse::config {
namespace {

constexpr std::string_view kBytesAccepted = "accepted: a size as 512MiB, 64KiB, 1GiB or 1048576";

const char* KindName(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kNull:
      return "nothing";
    case Node::Kind::kScalar:
      return "a single value";
    case Node::Kind::kList:
      return "a list";
    case Node::Kind::kMap:
      return "a map";
  }
  return "";
}

std::string IsNot(const Node& node, std::string_view accepted) {
  return std::string("is ") + KindName(node) + "; accepted: " + std::string(accepted);
}

}  // namespace

std::optional<bool> ParseYamlBool(const Node& node) {
  if (node.kind != Node::Kind::kScalar || node.quoted) return std::nullopt;
  std::string text = node.text;
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (text == "true" || text == "yes" || text == "on") return true;
  if (text == "false" || text == "no" || text == "off") return false;
  return std::nullopt;
}

Result<std::uint64_t> ParseBytes(std::string_view text) {
  struct Unit {
    std::string_view name;
    int shift;
  };
  constexpr std::array<Unit, 10> kUnits = {{{"", 0},
                                            {"B", 0},
                                            {"KB", 10},
                                            {"KiB", 10},
                                            {"MB", 20},
                                            {"MiB", 20},
                                            {"GB", 30},
                                            {"GiB", 30},
                                            {"TB", 40},
                                            {"TiB", 40}}};
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  const std::string_view suffix(stop, static_cast<std::size_t>(end - stop));
  const auto unit = std::ranges::find(kUnits, suffix, &Unit::name);
  if (error != std::errc{} || unit == kUnits.end() || !(number >= 0)) {
    return {ErrorCode::kInvalid, "is not a size; " + std::string(kBytesAccepted)};
  }
  const double bytes = std::ldexp(number, unit->shift);
  if (bytes >= std::ldexp(1.0, 63)) return {ErrorCode::kInvalid, "is too large a size"};
  return static_cast<std::uint64_t>(bytes);
}

MapReader::MapReader(const Node& node, std::string path, Findings& findings)
    : node_(node), path_(std::move(path)), findings_(findings) {
  if (node.kind == Node::Kind::kScalar || node.kind == Node::Kind::kList) {
    findings_.Error(node.place, path_, IsNot(node, "a map"));
  }
}

std::string MapReader::PathOf(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

const Place& MapReader::PlaceOf(std::string_view key) const {
  const auto member = std::ranges::find(node_.members, key, &Member::key);
  return member == node_.members.end() ? node_.place : member->place;
}

void MapReader::Error(std::string_view key, std::string_view what) {
  findings_.Error(PlaceOf(key), PathOf(key), what);
}

const Node* MapReader::Take(std::string_view key) {
  known_.emplace(key);
  const Node* node = node_.Find(key);
  return node == nullptr || node->kind == Node::Kind::kNull ? nullptr : node;
}

const Node* MapReader::TakeMap(std::string_view key) {
  const Node* node = Take(key);
  if (node == nullptr || node->kind == Node::Kind::kMap) return node;
  Error(key, IsNot(*node, "a map"));
  return nullptr;
}

const Node* MapReader::TakeList(std::string_view key) {
  const Node* node = Take(key);
  if (node == nullptr || node->kind == Node::Kind::kList) return node;
  Error(key, IsNot(*node, "a list"));
  return nullptr;
}

const Node* MapReader::TakeScalar(std::string_view key, std::string_view accepted) {
  const Node* node = Take(key);
  if (node == nullptr || node->kind == Node::Kind::kScalar) return node;
  Error(key, IsNot(*node, accepted));
  return nullptr;
}

void MapReader::String(std::string_view key, std::string& to) {
  if (const Node* node = TakeScalar(key, "a text")) to = node->text;
}

void MapReader::Bool(std::string_view key, bool& to) {
  const Node* node = Take(key);
  if (node == nullptr) return;
  if (const auto value = ParseYamlBool(*node)) {
    to = *value;
  } else {
    Error(key, "is not a boolean; accepted: true or false");
  }
}

void MapReader::Strings(std::string_view key, std::vector<std::string>& to) {
  const Node* node = Take(key);
  if (node == nullptr) return;
  if (node->kind == Node::Kind::kMap) return Error(key, IsNot(*node, "a list of texts"));
  to.clear();
  if (node->kind == Node::Kind::kScalar) to.push_back(node->text);
  for (std::size_t i = 0; i < node->items.size(); ++i) {
    const Node& item = node->items[i];
    if (item.kind == Node::Kind::kScalar) {
      to.push_back(item.text);
    } else {
      findings_.Error(item.place, PathOf(key) + "[" + std::to_string(i) + "]",
                      IsNot(item, "a text"));
    }
  }
}

void MapReader::Pairs(std::string_view key, std::vector<std::pair<std::string, std::string>>& to) {
  const Node* node = TakeMap(key);
  if (node == nullptr) return;
  to.clear();
  for (const Member& member : node->members) {
    if (member.value.kind == Node::Kind::kScalar) {
      to.emplace_back(member.key, member.value.text);
    } else {
      findings_.Error(member.place, PathOf(key) + "." + member.key, IsNot(member.value, "a text"));
    }
  }
}

void MapReader::Bytes(std::string_view key, std::uint64_t& to) {
  const Node* node = TakeScalar(key, "a size as 512MiB");
  if (node == nullptr) return;
  if (const auto bytes = ParseBytes(node->text)) {
    to = *bytes;
  } else {
    Error(key, bytes.status().message());
  }
}

std::optional<std::chrono::nanoseconds> MapReader::DurationOf(std::string_view key) {
  const Node* node = TakeScalar(key, "a duration as 15s");
  if (node == nullptr) return std::nullopt;
  const auto duration = ParseDuration(node->text);
  if (duration) return *duration;
  Error(key, duration.status().message());
  return std::nullopt;
}

std::optional<std::int64_t> MapReader::Number(std::string_view key, std::int64_t least,
                                              std::int64_t most) {
  const Node* node = Take(key);
  if (node == nullptr) return std::nullopt;
  std::int64_t value = 0;
  const char* const end = node->text.data() + node->text.size();
  const auto [stop, error] = std::from_chars(node->text.data(), end, value);
  if (node->kind == Node::Kind::kScalar && !node->quoted && error == std::errc{} && stop == end &&
      value >= least && value <= most) {
    return value;
  }
  Error(key,
        "accepted: a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return std::nullopt;
}

void MapReader::Word(std::string_view key, FunctionRef<Status(const std::string&)> parse) {
  const Node* node = TakeScalar(key, "a word");
  if (node == nullptr) return;
  if (const Status status = parse(node->text); !status) Error(key, status.message());
}

void MapReader::Ignore(std::string_view key, std::string_view reason) {
  if (Take(key) == nullptr) return;
  findings_.Notice(PlaceOf(key), PathOf(key), "ignored: " + std::string(reason));
}

void MapReader::Refuse(std::string_view key, std::string_view reason) {
  if (Take(key) != nullptr) Error(key, reason);
}

void MapReader::Finish() {
  const std::vector<std::string> known(known_.begin(), known_.end());
  for (const Member& member : node_.members) {
    if (known_.contains(member.key)) continue;
    std::string what = "unknown key" + DidYouMean(member.key, known);
    if (NearestNames(member.key, known).empty()) {
      what += "; accepted:";
      for (const std::string& name : known) what += (&name == &known[0] ? " " : ", ") + name;
    }
    findings_.Error(member.place, PathOf(member.key), what);
  }
}

}  // namespace hostpulse::config
