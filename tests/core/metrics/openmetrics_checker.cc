#include "tests/core/metrics/openmetrics_checker.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/utf8.h"

namespace hostpulse::test {
namespace {

const std::map<std::string_view, std::vector<std::string_view>> kSampleSuffixes = {
    {"counter", {"_total", "_created"}},
    {"gauge", {""}},
    {"unknown", {""}},
    {"histogram", {"_bucket", "_sum", "_count", "_created"}},
    {"summary", {"", "_sum", "_count", "_created"}},
};

bool IsName(std::string_view name, bool colons) {
  return !name.empty() && (name[0] < '0' || name[0] > '9') &&
         std::all_of(name.begin(), name.end(), [colons](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' ||
                  (colons && c == ':');
         });
}

// Takes what stands in front of `end` off the text, which must have it.
std::optional<std::string_view> TakeUntil(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  if (at == text.npos) return std::nullopt;
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at + 1);
  return taken;
}

// Takes a text with escapes up to a quote that has none, or to the end where `quoted` is false.
bool TakeEscaped(std::string_view& text, bool quoted) {
  while (!text.empty()) {
    if (text[0] == '"') {
      text.remove_prefix(1);
      return quoted;
    }
    if (text[0] == '\n') return false;
    if (text[0] == '\\') {
      if (text.size() < 2 || std::string_view("\\\"n").find(text[1]) == text.npos) return false;
      text.remove_prefix(1);
    }
    text.remove_prefix(1);
  }
  return !quoted;
}

std::optional<double> Number(std::string_view text) {
  if (text == "+Inf") return HUGE_VAL;
  if (text == "-Inf") return -HUGE_VAL;
  if (text == "NaN") return std::nan("");
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

class Checker {
 public:
  std::string Check(std::string_view text) {
    if (!IsValidUtf8(text)) return "not UTF-8";
    while (const auto line = TakeUntil(text, '\n')) {
      if (*line == "# EOF") return text.empty() ? "" : "text behind # EOF";
      const char* const fault = line->starts_with("# ") ? Metadata(*line) : Sample(*line);
      if (fault != nullptr) return std::string(fault) + ": " + std::string(*line);
    }
    return "no # EOF";
  }

 private:
  const char* Metadata(std::string_view line) {
    line.remove_prefix(2);
    const auto keyword = TakeUntil(line, ' ');
    const auto name = TakeUntil(line, ' ');
    if (!keyword || !name || !IsName(*name, true)) return "bad metadata";
    if (*keyword == "HELP") {
      if (*name != family_ || sampled_) return "HELP out of place";
      return TakeEscaped(line, false) ? nullptr : "bad escape in HELP";
    }
    return *keyword == "TYPE" ? Begin(*name, line) : "unknown keyword";
  }

  const char* Begin(std::string_view name, std::string_view type) {
    const auto suffixes = kSampleSuffixes.find(type);
    if (suffixes == kSampleSuffixes.end()) return "unknown type";
    family_ = name;
    type_ = type;
    sampled_ = false;
    std::set<std::string> names{family_};
    for (const std::string_view suffix : suffixes->second) {
      names.insert(family_ + std::string(suffix));
    }
    for (const std::string& each : names) {
      if (!names_.insert(each).second) return "clashing name";
    }
    return nullptr;
  }

  const char* Sample(std::string_view line) {
    sampled_ = true;
    const std::size_t value_at = FindValue(line);
    if (value_at == line.npos) return "bad labels";
    const std::string_view series = line.substr(0, value_at);
    if (!series_.emplace(series).second) return "series twice";

    const std::string_view name = series.substr(0, series.find('{'));
    const auto& suffixes = kSampleSuffixes.find(type_)->second;
    if (family_.empty() || std::none_of(suffixes.begin(), suffixes.end(), [&](auto suffix) {
          return name == family_ + std::string(suffix);
        })) {
      return "sample of no family";
    }
    return Value(line.substr(value_at));
  }

  // Where " VALUE" begins: behind the name, or behind labels that are well formed.
  std::size_t FindValue(std::string_view line) {
    std::string_view rest = line;
    const std::size_t brace = line.find('{');
    if (brace > line.find(' ')) return line.find(' ');
    rest.remove_prefix(brace + 1);
    for (char separator = ','; separator == ',';) {
      const auto name = TakeUntil(rest, '=');
      if (!name || !IsName(*name, false) || !rest.starts_with('"')) return line.npos;
      rest.remove_prefix(1);
      const std::string_view from = rest;
      if (!TakeEscaped(rest, true) || rest.empty()) return line.npos;
      const std::string_view value = from.substr(0, from.size() - rest.size() - 1);
      if ((*name == "le" || *name == "quantile") && !IsBound(value)) return line.npos;
      separator = rest[0];
      rest.remove_prefix(1);
      if (separator != ',' && separator != '}') return line.npos;
    }
    return line.size() - rest.size();
  }

  static bool IsBound(std::string_view text) {
    const auto value = Number(text);
    return value && (!std::isfinite(*value) || text.find_first_of(".e") != text.npos);
  }

  const char* Value(std::string_view text) {
    text.remove_prefix(1);
    const std::string_view value_text = text.substr(0, text.find(' '));
    const auto value = Number(value_text);
    if (!value) return "bad value";
    if (type_ == "counter" && !(*value >= 0)) return "counter that is negative or NaN";
    if (value_text.size() == text.size()) return nullptr;
    const auto stamp = Number(text.substr(value_text.size() + 1));
    return stamp && std::isfinite(*stamp) ? nullptr : "bad timestamp";
  }

  std::string family_;
  std::string type_;
  bool sampled_ = false;
  std::set<std::string> names_;
  std::set<std::string, std::less<>> series_;
};

}  // namespace

std::string OpenMetricsFault(std::string_view text) {
  return Checker().Check(text);
}

}  // namespace hostpulse::test
