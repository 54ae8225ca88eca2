#pragma once

#include <chrono>
#include <memory>

namespace hostpulse::collectors {

// Runs what may hang on threads that can be left behind. Work goes in rounds: Start each task, Wait
// once, Finish each. One thread does normally; where it hangs, another takes what still waits, up
// to a limit. Used by one thread at a time.
class BlockingPool {
 public:
  // A piece of work. The pool's threads own it as well, so that one which hangs may outlive
  // everything else; it is run by one thread at a time.
  class Task {
   public:
    virtual ~Task() = default;
    // Must not throw.
    virtual void Run() = 0;

   private:
    friend class BlockingPool;
    enum class State { kIdle, kQueued, kRunning, kGivenUp, kDone };
    State state_ = State::kIdle;  // Guarded by the pool's mutex.
  };

  explicit BlockingPool(int max_threads = 4);
  BlockingPool(const BlockingPool&) = delete;
  BlockingPool& operator=(const BlockingPool&) = delete;
  // Waits a fifth of a second for what was started and not given up; what hangs is left behind.
  ~BlockingPool();

  // Queues a task that is not started. False where it cannot run: its last run was given up and has
  // not returned yet, or every thread hangs in such a run.
  bool Start(const std::shared_ptr<Task>& task);

  // Waits until all that was started is done, or until `timeout` is over. Time is the real one.
  void Wait(std::chrono::nanoseconds timeout);

  // True where the task is done: what it wrote may be read until it is started again. Else it is
  // given up: taken from the queue, or left to its thread, which will throw its result away.
  bool Finish(Task& task);

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace hostpulse::collectors
