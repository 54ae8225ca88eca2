#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/mutex.h"

namespace hostpulse {

// The text of a kernel file that two parts of the program want in one collection: whoever reads it
// first leaves it here, so that the kernel need not print it twice. Thread safe; allocates nothing
// once it has held the longest text.
class RecentText {
 public:
  // Longer ago is another collection.
  static constexpr std::chrono::milliseconds kFresh{100};

  void Note(std::string_view text, MonotonicTime now) HOSTPULSE_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    text_.assign(text);
    noted_at_ = now;
  }

  // Copies what was noted at most kFresh ago; false, and `out` as it was, where nothing was.
  bool Copy(MonotonicTime now, std::string& out) const HOSTPULSE_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    if (text_.empty() || now < noted_at_ || now - noted_at_ > kFresh) return false;
    out.assign(text_);
    return true;
  }

 private:
  mutable Mutex mutex_;
  std::string text_ HOSTPULSE_GUARDED_BY(mutex_);
  MonotonicTime noted_at_ HOSTPULSE_GUARDED_BY(mutex_){};
};

}  // namespace hostpulse
