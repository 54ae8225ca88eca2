#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/clock.h"

namespace hostpulse::live {

// Tells from how backlogs shrank while somebody looked when they will be empty. One thread at a
// time.
class BacklogWatch {
 public:
  // Notes how many samples a destination has yet to take. Nothing where it is not known yet, or
  // where it does not shrink.
  std::optional<std::chrono::seconds> EmptyIn(const std::string& destination, std::uint64_t samples,
                                              MonotonicTime now);

 private:
  // The mark that a speed is measured from moves on when it is this old; who has not looked for
  // longer than the second begins anew.
  static constexpr std::chrono::seconds kMarkAge{10};
  static constexpr std::chrono::seconds kForgotten{30};

  struct Mark {
    std::uint64_t samples = 0;
    MonotonicTime at{};
  };
  struct Backlog {
    Mark from;
    Mark next;
    Mark last;
  };

  std::map<std::string, Backlog> backlogs_;
};

}  // namespace hostpulse::live
