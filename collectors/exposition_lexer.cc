#include "collectors/exposition_lexer.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <system_error>

#include "collectors/kernel/scanner.h"
#include "core/utf8.h"

namespace hostpulse::collectors {
namespace {

using Label = prometheus::ClientMetric::Label;

bool IsLetter(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
}
bool IsDigit(char byte) {
  return byte >= '0' && byte <= '9';
}
bool IsBlank(char byte) {
  return byte == ' ' || byte == '\t';
}

void SkipBlanks(std::string_view& rest) {
  while (!rest.empty() && IsBlank(rest.front())) rest.remove_prefix(1);
}

bool TakeByte(std::string_view& rest, char wanted) {
  if (!rest.starts_with(wanted)) return false;
  rest.remove_prefix(1);
  return true;
}

// Up to the first byte that cannot be in a name; empty where none can begin here.
std::string_view TakeName(std::string_view& rest, bool with_colons) {
  std::size_t length = 0;
  while (length < rest.size() && (IsLetter(rest[length]) || (with_colons && rest[length] == ':') ||
                                  (length > 0 && IsDigit(rest[length])))) {
    ++length;
  }
  const std::string_view name = rest.substr(0, length);
  rest.remove_prefix(length);
  return name;
}

std::string_view TakeWord(std::string_view& rest) {
  const auto end = std::ranges::find_if(rest, IsBlank) - rest.begin();
  const std::string_view word = rest.substr(0, static_cast<std::size_t>(end));
  rest.remove_prefix(word.size());
  return word;
}

// The byte behind a backslash; false where the format has no such escape.
bool TakeEscape(std::string_view& rest, bool in_label, std::string& text) {
  if (rest.empty()) return false;
  const char byte = rest.front();
  if (byte != 'n' && byte != '\\' && !(in_label && byte == '"')) return false;
  text += byte == 'n' ? '\n' : byte;
  rest.remove_prefix(1);
  return true;
}

LexError TakeLabelValue(std::string_view& rest, std::string& value) {
  while (!rest.empty()) {
    const char byte = rest.front();
    rest.remove_prefix(1);
    if (byte == '"') return IsValidUtf8(value) ? nullptr : "invalid UTF-8 in a label value";
    if (byte != '\\') {
      value += byte;
    } else if (!TakeEscape(rest, true, value)) {
      return "invalid escape sequence in a label value";
    }
  }
  return "label value without closing quote";
}

LexError TakeLabel(std::string_view& rest, std::vector<Label>& labels) {
  const std::string_view name = TakeName(rest, false);
  if (name.empty()) return "invalid label name";
  if (name == "__name__") return "label name __name__ is reserved";
  SkipBlanks(rest);
  if (!TakeByte(rest, '=')) return "expected '=' after a label name";
  SkipBlanks(rest);
  if (!TakeByte(rest, '"')) return "expected '\"' at the start of a label value";
  labels.push_back({std::string(name), {}});
  return TakeLabelValue(rest, labels.back().value);
}

LexError TakeLabels(std::string_view& rest, std::vector<Label>& labels) {
  for (;;) {
    SkipBlanks(rest);
    if (TakeByte(rest, '}')) break;
    if (const LexError error = TakeLabel(rest, labels)) return error;
    SkipBlanks(rest);
    if (TakeByte(rest, ',')) continue;
    if (TakeByte(rest, '}')) break;
    return "expected ',' or '}' after a label value";
  }
  std::ranges::sort(labels, {}, &Label::name);
  const auto same_name = [](const Label& a, const Label& b) { return a.name == b.name; };
  if (std::ranges::adjacent_find(labels, same_name) != labels.end()) {
    return "label name comes twice";
  }
  return nullptr;
}

// What "1e400" and "1e-400" have in common is an error of from_chars; only the first one is wrong.
bool IsTooSmall(std::string_view number, double& value) {
  value = std::strtod(std::string(number).c_str(), nullptr);
  return std::isfinite(value);
}

}  // namespace

bool LexFloat(std::string_view text, double& value) {
  std::string_view number = text;
  if (TakeByte(number, '+') && (number.starts_with('-') || number.starts_with('+'))) return false;
  // from_chars also knows "nan(...)".
  if (number.empty() || number.find('(') != number.npos) return false;
  const char* const end = number.data() + number.size();
  const auto [stop, error] = std::from_chars(number.data(), end, value);
  if (stop != end) return false;
  if (error == std::errc::result_out_of_range) return IsTooSmall(number, value);
  return error == std::errc{};
}

LexError LexComment(std::string_view line, CommentLine& out) {
  out.kind = CommentLine::Kind::kOther;
  out.text.clear();
  std::string_view rest = line;
  SkipBlanks(rest);
  TakeByte(rest, '#');
  SkipBlanks(rest);
  const std::string_view keyword = TakeWord(rest);
  if ((keyword != "HELP" && keyword != "TYPE") || rest.empty()) return nullptr;
  SkipBlanks(rest);
  out.name = TakeName(rest, true);
  if (!rest.empty() && !IsBlank(rest.front())) return "invalid metric name in a comment";
  SkipBlanks(rest);
  if (rest.empty()) return nullptr;  // Neither text nor type: allowed, and says nothing.

  if (keyword == "TYPE") {
    out.kind = CommentLine::Kind::kType;
    out.text = rest;
    return nullptr;
  }
  out.kind = CommentLine::Kind::kHelp;
  while (!rest.empty()) {
    if (!TakeByte(rest, '\\')) {
      out.text += rest.front();
      rest.remove_prefix(1);
    } else if (!TakeEscape(rest, false, out.text)) {
      return "invalid escape sequence in a help text";
    }
  }
  return IsValidUtf8(out.text) ? nullptr : "invalid UTF-8 in a help text";
}

LexError LexSample(std::string_view line, SampleLine& out) {
  out.labels.clear();
  std::string_view rest = line;
  SkipBlanks(rest);
  out.name = TakeName(rest, true);
  if (out.name.empty()) return "invalid metric name";
  SkipBlanks(rest);
  if (TakeByte(rest, '{')) {
    if (const LexError error = TakeLabels(rest, out.labels)) return error;
    SkipBlanks(rest);
  }
  if (!LexFloat(TakeWord(rest), out.value)) return "expected a float as value";
  out.has_timestamp = !rest.empty();
  if (!out.has_timestamp) return nullptr;
  SkipBlanks(rest);
  if (!kernel::ParseNumber<std::int64_t>(TakeWord(rest))) return "expected an integer as timestamp";
  return rest.empty() ? nullptr : "text behind the timestamp";
}

}  // namespace hostpulse::collectors
