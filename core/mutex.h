#pragma once

// Locks that clang's -Wthread-safety checks: a member marked HOSTPULSE_GUARDED_BY is only touched
// with its mutex held, and a function marked HOSTPULSE_REQUIRES is only called with it held.

#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define HOSTPULSE_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define HOSTPULSE_THREAD_ANNOTATION(x)
#endif

#define HOSTPULSE_GUARDED_BY(mutex) HOSTPULSE_THREAD_ANNOTATION(guarded_by(mutex))
#define HOSTPULSE_REQUIRES(...) HOSTPULSE_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define HOSTPULSE_EXCLUDES(...) HOSTPULSE_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))

namespace hostpulse {

class HOSTPULSE_THREAD_ANNOTATION(capability("mutex")) Mutex {
 public:
  void lock() HOSTPULSE_THREAD_ANNOTATION(acquire_capability()) { mutex_.lock(); }
  void unlock() HOSTPULSE_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }
  bool try_lock() HOSTPULSE_THREAD_ANNOTATION(try_acquire_capability(true)) {
    return mutex_.try_lock();
  }

 private:
  std::mutex mutex_;
};

// Holds a Mutex for its scope. A condition variable may wait on it.
class HOSTPULSE_THREAD_ANNOTATION(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) HOSTPULSE_THREAD_ANNOTATION(acquire_capability(mutex))
      : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexLock() HOSTPULSE_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

  // BasicLockable, for CondVar only.
  void lock() HOSTPULSE_THREAD_ANNOTATION(no_thread_safety_analysis) { mutex_.lock(); }
  void unlock() HOSTPULSE_THREAD_ANNOTATION(no_thread_safety_analysis) { mutex_.unlock(); }

 private:
  Mutex& mutex_;
};

// Waits with a MutexLock, a predicate and, where the wait must end, a std::stop_token.
using CondVar = std::condition_variable_any;

}  // namespace hostpulse
