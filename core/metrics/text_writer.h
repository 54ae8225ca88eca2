#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace hostpulse {

// Appends to a string through a bare pointer: the string is kept longer than its content while the
// writer lives, and cut to it at the end. The formats' common parts are here. Borrow for one call.
class TextWriter {
 public:
  explicit TextWriter(std::string& out);
  ~TextWriter() { out_.resize(used_); }
  TextWriter(const TextWriter&) = delete;
  TextWriter& operator=(const TextWriter&) = delete;

  void Append(char c) {
    if (used_ == out_.size()) Grow(1);
    data_[used_++] = c;
  }
  void Append(std::string_view text) {
    if (out_.size() - used_ < text.size()) Grow(text.size());
    std::memcpy(data_ + used_, text.data(), text.size());
    used_ += text.size();
  }

  // A sample value as both exposition formats have it: "NaN", "+Inf", "-Inf", an integer below 2^53
  // in plain digits, else the shortest decimal that reads back as the same double.
  void AppendNumber(double value);

  // With backslash and newline escaped, and the double quote too where `quotes`.
  void AppendEscaped(std::string_view text, bool quotes);

  // What has been appended since the writer was at `position`.
  std::size_t position() const { return used_; }
  std::string_view Since(std::size_t position) const {
    return {data_ + position, used_ - position};
  }

 private:
  void Grow(std::size_t room);
  // At least `room` bytes to write to.
  char* Room(std::size_t room) {
    if (out_.size() - used_ < room) Grow(room);
    return data_ + used_;
  }

  std::string& out_;
  char* data_;
  std::size_t used_;
};

}  // namespace hostpulse
