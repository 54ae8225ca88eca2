#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hostpulse::collectors {

// Remembers what the key of each line of a file stands for. Such files have the same keys in the
// same lines read after read, so a look at one string tells; a line with a new key is looked up
// again. One thread at a time.
template <typename Meaning>
class KeyMemo {
 public:
  // What `key`, found in line `index` (from 0), stands for; `look_up(key)` is asked where the line
  // had another key before. Holds until the next call.
  template <typename LookUp>
  const Meaning& Find(std::size_t index, std::string_view key, LookUp look_up) {
    if (index >= lines_.size()) lines_.resize(index + 1);
    Line& line = lines_[index];
    if (!line.known || line.key != key) line = {true, std::string(key), look_up(key)};
    return line.meaning;
  }

 private:
  struct Line {
    bool known = false;
    std::string key;
    Meaning meaning{};
  };
  std::vector<Line> lines_;
};

}  // namespace hostpulse::collectors
