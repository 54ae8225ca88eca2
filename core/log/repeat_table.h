#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/clock.h"
#include "core/log/logger.h"

namespace hostpulse {

// A line that came again while it was held back.
struct RepeatedLine {
  const Logger* logger = nullptr;
  LogLevel level = LogLevel::kOff;
  std::string payload;
  std::uint64_t count = 0;  // How often since it was last written.
};

// Knows which lines were written within the last ten minutes and counts those that come again.
// Bounded in lines and bytes: beyond, what was written longest ago is forgotten. One thread at a
// time. The loggers outlive it.
class RepeatTable {
 public:
  static constexpr std::chrono::minutes kWindow{10};
  static constexpr std::size_t kMaxLines = 1024;
  static constexpr std::size_t kMaxBytes = std::size_t{256} * 1024;

  // Notes a line. 0: keep it back; otherwise write it, and say how often it came if that is more
  // than once. Counts that must be written because their line is forgotten are added to `due`.
  std::uint64_t Note(MonotonicTime now, const Logger& logger, LogLevel level,
                     std::string_view payload, std::vector<RepeatedLine>& due);

  // Takes out what repeated and was written ten minutes ago, and forgets what did not repeat.
  void TakeDue(MonotonicTime now, std::vector<RepeatedLine>& due);

  // Takes out all that repeated: for the end of the program.
  void TakeAll(std::vector<RepeatedLine>& due);

  // When TakeDue has something to do.
  std::optional<MonotonicTime> next_due() const;

  std::size_t size() const { return lines_.size(); }

 private:
  struct Line {
    RepeatedLine repeated;
    MonotonicTime written;
  };
  using Lines = std::list<Line>;

  // Starts a new window for the oldest line and gives its count away; forgets it if it has none.
  void RenewOldest(MonotonicTime now, std::vector<RepeatedLine>& due);
  void ForgetOldest(std::vector<RepeatedLine>& due);

  Lines lines_;                                                  // In the order they were written.
  std::unordered_map<std::string_view, Lines::iterator> index_;  // By payload, which lines_ owns.
  std::size_t bytes_ = 0;
};

}  // namespace hostpulse
