#include "exporter/http/loggers_change.h"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/duration.h"
#include "core/log/logger_registry.h"
#include "core/nearest.h"
#include "core/quoted.h"

namespace hostpulse::http {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kWanted =
    "; wanted an object like {\"configuredLevel\":\"DEBUG\"} or "
    "{\"level\":\"debug\",\"for\":\"10m\"}: "
    "levels are OFF, ERROR, WARN, INFO, DEBUG and TRACE, null to inherit";

// Takes the parser's events, because a parsed document no longer shows a key that came twice. Stops
// the parser at whatever does not belong, so that nothing deep or large is ever built.
class MemberReader final : public nlohmann::json_sax<Json> {
 public:
  struct Member {
    std::string key;
    std::optional<std::string> text;  // None for null.
  };

  const std::vector<Member>& members() const { return members_; }
  const std::string& error() const { return error_; }

  bool null() override { return Value("null", std::nullopt); }
  // Spring Boot takes false as OFF, since YAML makes false of an unquoted `off`.
  bool boolean(bool value) override {
    return value ? WrongType("a boolean") : Value("a boolean", "false");
  }
  bool number_integer(std::int64_t) override { return WrongType("a number"); }
  bool number_unsigned(std::uint64_t) override { return WrongType("a number"); }
  bool number_float(double, const std::string&) override { return WrongType("a number"); }
  bool string(std::string& value) override { return Value("a string", std::move(value)); }
  bool binary(Json::binary_t&) override { return WrongType("binary"); }
  bool start_array(std::size_t) override { return WrongType("an array"); }
  bool end_array() override { return true; }
  bool start_object(std::size_t) override {
    return std::exchange(inside_, true) ? WrongType("an object") : true;
  }
  bool end_object() override { return true; }
  bool key(std::string& name) override;
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    return Fail("not JSON, from byte " + std::to_string(position) + " on");
  }

 private:
  bool Fail(std::string error) {
    error_ = std::move(error);
    return false;
  }
  bool WrongType(const std::string& what) {
    if (members_.empty()) return Fail("the body is " + what);
    return Fail(Quoted(members_.back().key) + " is " + what);
  }
  bool Value(const char* what, std::optional<std::string> text) {
    if (!inside_) return WrongType(what);
    members_.back().text = std::move(text);
    return true;
  }

  bool inside_ = false;
  std::vector<Member> members_;
  std::string error_;
};

bool MemberReader::key(std::string& name) {
  static const std::vector<std::string> kKeys = {"configuredLevel", "level", "for"};
  if (std::find(kKeys.begin(), kKeys.end(), name) == kKeys.end()) {
    return Fail("unknown key " + Quoted(name) + DidYouMean(name, kKeys));
  }
  const auto same = [&name](const Member& member) { return member.key == name; };
  if (std::any_of(members_.begin(), members_.end(), same)) {
    return Fail(Quoted(name) + " is given twice");
  }
  members_.push_back({std::move(name), std::nullopt});
  return true;
}

Status Rejected(std::string error) {
  return {ErrorCode::kInvalid, std::move(error.append(kWanted))};
}

// None and "" both mean that the logger inherits again.
Result<std::optional<LogLevel>> ReadLevel(const std::optional<std::string>& text) {
  if (!text || text->empty()) return std::optional<LogLevel>();
  Result<LogLevel> level = ParseLogLevel(*text);
  if (!level) return std::move(level).status();
  return std::optional<LogLevel>(*level);
}

Result<std::optional<std::chrono::nanoseconds>> ReadLifetime(
    const std::optional<std::string>& text) {
  if (!text) return std::optional<std::chrono::nanoseconds>();
  Result<std::chrono::nanoseconds> lifetime = ParseDuration(*text);
  if (!lifetime) return std::move(lifetime).status().WithContext("\"for\"");
  if (lifetime->count() == 0) return Rejected("\"for\" is no time at all");
  return std::optional<std::chrono::nanoseconds>(*lifetime);
}

Result<LevelChange> Interpret(const std::vector<MemberReader::Member>& members) {
  LevelChange change;
  bool level_seen = false;
  for (const auto& [key, text] : members) {
    if (key == "for") {
      auto lifetime = ReadLifetime(text);
      if (!lifetime) return std::move(lifetime).status();
      change.lifetime = *lifetime;
      continue;
    }
    auto level = ReadLevel(text);
    if (!level) return std::move(level).status();
    if (level_seen && change.level != *level) {
      return Rejected("\"configuredLevel\" and \"level\" contradict each other");
    }
    change.level = *level;
    level_seen = true;
  }
  if (change.lifetime && !change.level) return Rejected("\"for\" needs a level beside it");
  return change;
}

}  // namespace

Result<LevelChange> ParseLevelChange(std::string_view body) {
  if (body.find_first_not_of(" \t\r\n") == body.npos) return Rejected("the body is empty");
  MemberReader reader;
  if (!Json::sax_parse(body, &reader)) return Rejected(reader.error());
  return Interpret(reader.members());
}

}  // namespace hostpulse::http
