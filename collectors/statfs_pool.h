#pragma once

#include <sys/vfs.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "core/clock.h"

namespace hostpulse::collectors {

// statfs(2) with its errno as the result, 0 if it worked; or what a test puts in its place.
using StatfsFunction = std::function<int(const char* path, struct statfs& result)>;

// The real one; goes on after EINTR.
int CallStatfs(const char* path, struct statfs& result);

struct StatfsAnswer {
  int error = 0;            // errno, 0 if it worked.
  struct statfs values {};  // Only where error is 0.
};

// One path's call, which may be outstanding for ever. Shared by whoever asks and by the thread that
// is inside of the call, so either may go first.
class StatfsCall {
 public:
  explicit StatfsCall(std::string path) : path_(std::move(path)) {}

  // What the last Ask learned; null where the path did not answer in time. Only for the thread
  // that calls Ask.
  const StatfsAnswer* answer() const { return answered_ ? &answer_ : nullptr; }
  const std::string& path() const { return path_; }

 private:
  friend class StatfsPool;
  enum class State { kIdle, kQueued, kRunning, kDone };

  const std::string path_;
  bool answered_ = false;
  StatfsAnswer answer_;

  // The rest is guarded by the pool's mutex.
  State state_ = State::kIdle;
  bool awaited_ = false;  // An Ask still waits for it.
  bool stuck_ = false;    // An Ask gave up on it while it ran.
  MonotonicTime started_;
  std::chrono::nanoseconds took_{};
  StatfsAnswer fresh_;
};

struct StatfsPoolOptions {
  int workers = 4;                             // At least one.
  std::chrono::nanoseconds wait{250'000'000};  // How long an Ask waits, at most.
  StatfsFunction statfs = CallStatfs;
};

// Calls statfs where it may never come back: on mounts of dead servers and hung FUSE processes. At
// most one call is outstanding per StatfsCall, so a dead mount costs one thread and is waited for
// once. A thread that is stuck is replaced, up to four times the number of workers in all. Threads
// start when they are first needed; a stuck one outlives the pool and owns all it touches. Ask is
// for one thread at a time.
class StatfsPool {
 public:
  explicit StatfsPool(StatfsPoolOptions options);
  // Waits a moment for the threads that are not stuck.
  ~StatfsPool();
  StatfsPool(const StatfsPool&) = delete;
  StatfsPool& operator=(const StatfsPool&) = delete;

  // Asks all at once and waits until each has answered, or for the configured time. A call that is
  // still outstanding from an earlier Ask is left alone. A mount that takes longer than the wait
  // every time is served all the same, with the answer to the Ask before.
  void Ask(std::span<const std::shared_ptr<StatfsCall>> calls);

  // Threads that exist, stuck ones included.
  std::size_t threads() const;

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace hostpulse::collectors
