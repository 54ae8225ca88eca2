#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hostpulse {

// A wrong value as an error message quotes it: its first bytes, however long it is.
inline std::string Quoted(std::string_view text) {
  constexpr std::size_t kShown = 64;
  std::string out = "\"";
  out.append(text.substr(0, kShown));
  return out += text.size() > kShown ? "...\"" : "\"";
}

}  // namespace hostpulse
