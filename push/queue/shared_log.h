#pragma once

#include "core/mutex.h"
#include "push/queue/dictionary_coder.h"
#include "push/queue/log_state.h"

namespace hostpulse::push {

// What the writer of the log and its readers share. The mutex is held for moments only, never while
// a file is touched, so that a disk which hangs keeps nobody from asking for statistics.
struct SharedLog final : SeriesPool {
  mutable Mutex mutex;
  CondVar appended;
  LogState state HOSTPULSE_GUARDED_BY(mutex);
  std::uint64_t read_errors HOSTPULSE_GUARDED_BY(mutex) = 0;

  SeriesPtr Find(SeriesId id) const override {
    MutexLock lock(mutex);
    return state.FindLiving(id);
  }
};

}  // namespace hostpulse::push
