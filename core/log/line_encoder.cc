#include "core/log/line_encoder.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <initializer_list>
#include <type_traits>
#include <variant>

#include "core/utf8.h"

namespace hostpulse {
namespace {

constexpr std::size_t kMaxKey = 64;
constexpr std::size_t kMaxValue = 1024;
// Kept free behind text: its closing quote, and the field that says that something was cut.
constexpr std::size_t kReserve = 32;
constexpr std::string_view kCut = "...";

bool IsKeyChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '-';
}

bool NeedsQuotes(std::string_view text) {
  if (text.empty()) return true;
  while (!text.empty()) {
    const Utf8Char c = DecodeUtf8(text);
    if (!c.valid || IsUnprintable(c.code)) return true;
    if (c.code == ' ' || c.code == '=' || c.code == '"' || c.code == '\\') return true;
    text.remove_prefix(c.length);
  }
  return false;
}

// A character as it stands between quotes: itself or an escape of at most 6 bytes.
class Escape {
 public:
  Escape(LogFormat format, std::string_view text, const Utf8Char& c) {
    const auto byte = static_cast<unsigned char>(text.front());
    if (c.code == '"' || c.code == '\\') {
      Put({'\\', text.front()});
    } else if (const std::size_t at = kShort.find(text.front()); at != kShort.npos) {
      Put({'\\', kLetters[at]});
    } else if (format == LogFormat::kLogfmt &&
               (!c.valid || (IsUnprintable(c.code) && byte < 0x80))) {
      Put({'\\', 'x', Hex(byte, 4), Hex(byte, 0)});
    } else if (c.valid && !IsUnprintable(c.code)) {
      piece_ = text.substr(0, c.length);
    } else if (c.valid) {
      Put({'\\', 'u', Hex(c.code, 12), Hex(c.code, 8), Hex(c.code, 4), Hex(c.code, 0)});
    } else {
      piece_ = "\uFFFD";
    }
  }
  Escape(const Escape&) = delete;
  Escape& operator=(const Escape&) = delete;

  std::string_view piece() const { return piece_; }

 private:
  static constexpr std::string_view kShort = "\n\r\t\b\f";
  static constexpr std::string_view kLetters = "nrtbf";

  static char Hex(char32_t code, unsigned shift) {
    return "0123456789abcdef"[(code >> shift) & 15U];
  }
  void Put(std::initializer_list<char> chars) {
    std::copy(chars.begin(), chars.end(), chars_.begin());
    piece_ = {chars_.data(), chars.size()};
  }

  std::array<char, 6> chars_{};
  std::string_view piece_;
};

}  // namespace

LineEncoder::LineEncoder(LogFormat format, LogLevel level, std::string_view logger,
                         std::string_view message)
    : format_(format) {
  Append(format == LogFormat::kJson ? "\"level\":\"" : "level=");
  Append(LogLevelName(level));
  if (format == LogFormat::kJson) Append("\"");
  AddKey("logger");
  AddText(logger);
  AddKey("msg");
  AddText(message);
}

void LineEncoder::Add(const LogField& field) {
  // The shortest value that is worth a field, or any number, fits into what is asked for here.
  constexpr std::size_t kLeast = 48;
  if (truncated_) return;
  truncated_ = size_ + std::min(field.key.size(), kMaxKey) + kLeast + kReserve > kMaxPayload;
  if (truncated_) {
    AddKey("truncated");
    Append("true");
    return;
  }
  AddKey(field.key);
  std::visit(
      [this](auto value) {
        using Value = decltype(value);
        if constexpr (std::is_same_v<Value, std::string_view>) {
          AddText(value);
        } else if constexpr (std::is_same_v<Value, bool>) {
          Append(value ? "true" : "false");
        } else {
          AddNumber(value);
        }
      },
      field.value);
}

void LineEncoder::AddKey(std::string_view key) {
  Append(format_ == LogFormat::kJson ? ",\"" : " ");
  for (const char c : key.substr(0, kMaxKey)) {
    const char shown = IsKeyChar(c) ? c : '_';
    Append({&shown, 1});
  }
  Append(format_ == LogFormat::kJson ? "\":" : "=");
}

void LineEncoder::AddText(std::string_view text) {
  const bool quoted = format_ == LogFormat::kJson || NeedsQuotes(text);
  if (quoted) Append("\"");
  AddEscaped(text);
  if (quoted) Append("\"");
}

void LineEncoder::AddEscaped(std::string_view text) {
  const std::size_t limit = std::min(size_ + kMaxValue, kMaxPayload - kReserve);
  while (!text.empty()) {
    const Utf8Char c = DecodeUtf8(text);
    const Escape escape(format_, text, c);
    if (size_ + escape.piece().size() + kCut.size() > limit) return Append(kCut);
    Append(escape.piece());
    text.remove_prefix(c.length);
  }
}

void LineEncoder::AddNumber(double value) {
  // JSON has no such numbers; Prometheus spells them like this.
  if (std::isnan(value)) return AddText("NaN");
  if (std::isinf(value)) return AddText(value > 0 ? "+Inf" : "-Inf");
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  Append({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

void LineEncoder::AddNumber(std::int64_t value) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  Append({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

void LineEncoder::Append(std::string_view text) {
  const std::size_t length = std::min(text.size(), kMaxPayload - size_);
  std::copy_n(text.data(), length, buffer_.data() + size_);
  size_ += length;
}

}  // namespace hostpulse
