#include "core/log/repeat_table.h"

#include <iterator>
#include <utility>

namespace hostpulse {

std::uint64_t RepeatTable::Note(MonotonicTime now, const Logger& logger, LogLevel level,
                                std::string_view payload, std::vector<RepeatedLine>& due) {
  if (const auto known = index_.find(payload); known != index_.end()) {
    Line& line = *known->second;
    ++line.repeated.count;
    if (now - line.written < kWindow) return 0;
    line.written = now;
    lines_.splice(lines_.end(), lines_, known->second);
    return std::exchange(line.repeated.count, 0);
  }
  while (!lines_.empty() && (lines_.size() >= kMaxLines || bytes_ + payload.size() > kMaxBytes)) {
    ForgetOldest(due);
  }
  lines_.push_back({{&logger, level, std::string(payload), 0}, now});
  bytes_ += payload.size();
  index_.emplace(lines_.back().repeated.payload, std::prev(lines_.end()));
  return 1;
}

void RepeatTable::TakeDue(MonotonicTime now, std::vector<RepeatedLine>& due) {
  while (!lines_.empty() && now - lines_.front().written >= kWindow) RenewOldest(now, due);
}

void RepeatTable::TakeAll(std::vector<RepeatedLine>& due) {
  while (!lines_.empty()) ForgetOldest(due);
}

std::optional<MonotonicTime> RepeatTable::next_due() const {
  if (lines_.empty()) return std::nullopt;
  return lines_.front().written + kWindow;
}

void RepeatTable::RenewOldest(MonotonicTime now, std::vector<RepeatedLine>& due) {
  Line& line = lines_.front();
  if (line.repeated.count == 0) return ForgetOldest(due);
  due.push_back(line.repeated);
  line.repeated.count = 0;
  line.written = now;
  lines_.splice(lines_.end(), lines_, lines_.begin());
}

void RepeatTable::ForgetOldest(std::vector<RepeatedLine>& due) {
  RepeatedLine& oldest = lines_.front().repeated;
  index_.erase(oldest.payload);
  bytes_ -= oldest.payload.size();
  if (oldest.count > 0) due.push_back(std::move(oldest));
  lines_.pop_front();
}

}  // namespace hostpulse
