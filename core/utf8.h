#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hostpulse {

// What stands at the front of a text.
struct Utf8Char {
  char32_t code = 0;       // U+FFFD where the bytes are not UTF-8.
  std::size_t length = 1;  // Bytes taken; 1 where they are not UTF-8.
  bool valid = false;
};

// Decodes the first character of a text that is not empty. Strict: no overlong forms, no
// surrogates, nothing above U+10FFFF, nothing cut off.
Utf8Char DecodeUtf8(std::string_view text);

bool IsValidUtf8(std::string_view text);

// Whether a character shown as it is could forge or garble a line on a terminal: controls, line
// and paragraph separators, marks that turn the direction of writing, the byte order mark.
bool IsUnprintable(char32_t code);

// The text with a '?' for each such character and each byte that is not UTF-8.
std::string Printable(std::string_view text);

}  // namespace hostpulse
