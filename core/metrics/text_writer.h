#pragma once

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace hostpulse {

// Writes a string anew through a bare pointer, over what was in it: the string is longer than what
// has been written while the writer lives, and cut to it at the end. Borrow for one call.
class TextWriter {
 public:
  // `piece`: what the string grows by at least. What it grows by is filled with zeros, so that
  // small pieces waste little.
  explicit TextWriter(std::string& out, std::size_t piece = 4096) : out_(out), piece_(piece) {
    Continue(0);
  }
  ~TextWriter() { out_.resize(size()); }
  TextWriter(const TextWriter&) = delete;
  TextWriter& operator=(const TextWriter&) = delete;

  // At least `room` bytes to write to with the functions below, and where that ended.
  char* Reserve(std::size_t room) {
    if (static_cast<std::size_t>(end_ - to_) < room) Grow(room);
    return to_;
  }
  void Commit(char* end) { to_ = end; }

  std::size_t size() const { return static_cast<std::size_t>(to_ - out_.data()); }

  void Append(std::string_view text);
  void AppendNumber(double value);
  void AppendBound(double value);
  void AppendEscaped(std::string_view text, bool quotes);

 private:
  void Continue(std::size_t used) {
    to_ = out_.data() + used;
    end_ = out_.data() + out_.size();
  }
  void Grow(std::size_t room);

  std::string& out_;
  const std::size_t piece_;
  char* to_ = nullptr;
  char* end_ = nullptr;
};

// Each writes to `to`, where there is room for what it says, and returns the end of it. They are
// apart from the writer so that a sample is written through a pointer in a register.

// The size of the text.
inline char* Put(char* to, std::string_view text) {
  std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

// Room for one number.
inline constexpr std::size_t kNumberRoom = 32;

// A sample value: "NaN", "+Inf", "-Inf", an integer below 2^53 in plain digits, else the shortest
// decimal that reads back as the same double.
char* PutNumber(char* to, double value);

// The value of a label le or quantile. It is part of the series' identity, so it reads as every
// exporter in Go has it: as "%g" with the fewest digits that read back ("1", "0.0001", "1e+06").
char* PutBound(char* to, double value);
// The same as OpenMetrics wants it, never an integer: "1.0", "1e+06".
char* PutFloatBound(char* to, double value);

// Twice the size of the text: backslash and newline escaped, and the double quote where `quotes`.
char* PutEscaped(char* to, std::string_view text, bool quotes);

}  // namespace hostpulse
