#include "collectors/blocking_pool.h"

#include <algorithm>
#include <cstddef>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "core/mutex.h"

namespace hostpulse::collectors {
namespace {

constexpr std::chrono::milliseconds kFarewell{200};
// Of the time to wait, the part after which another thread takes what one does not get to.
constexpr int kPatienceParts = 8;

}  // namespace

// What the threads hold in common with the pool, and keep when it goes.
struct BlockingPool::Shared {
  explicit Shared(int limit) : max_threads(limit) {}

  // Starts a thread unless there are enough. `self` is this.
  void AddThread(std::shared_ptr<Shared> self) HOSTPULSE_REQUIRES(mutex);
  static void Work(std::shared_ptr<Shared> self);

  Mutex mutex;
  CondVar work;      // There is a task, or no more will come.
  CondVar progress;  // No task is awaited any more, or a thread ended.
  const int max_threads;
  std::vector<std::shared_ptr<Task>> queue HOSTPULSE_GUARDED_BY(mutex);  // The last one first.
  int threads HOSTPULSE_GUARDED_BY(mutex) = 0;
  int idle HOSTPULSE_GUARDED_BY(mutex) = 0;
  int given_up HOSTPULSE_GUARDED_BY(mutex) = 0;  // Runs that no one waits for any more.
  int awaited HOSTPULSE_GUARDED_BY(mutex) = 0;   // Tasks queued or running, without those.
  bool stopping HOSTPULSE_GUARDED_BY(mutex) = false;
};

BlockingPool::BlockingPool(int max_threads) : shared_(std::make_shared<Shared>(max_threads)) {}

BlockingPool::~BlockingPool() {
  Shared& shared = *shared_;
  MutexLock lock(shared.mutex);
  shared.stopping = true;
  shared.queue.clear();
  shared.work.notify_all();
  shared.progress.wait_for(lock, kFarewell, [&]() HOSTPULSE_REQUIRES(shared.mutex) {
    return shared.threads <= shared.given_up;
  });
}

bool BlockingPool::Start(const std::shared_ptr<Task>& task) {
  Shared& shared = *shared_;
  {
    MutexLock lock(shared.mutex);
    if (task->state_ == Task::State::kGivenUp) return false;
    if (shared.given_up >= shared.max_threads) return false;
    if (shared.threads <= shared.given_up) shared.AddThread(shared_);
    task->state_ = Task::State::kQueued;
    shared.queue.insert(shared.queue.begin(), task);
    ++shared.awaited;
  }
  shared.work.notify_one();
  return true;
}

void BlockingPool::Wait(std::chrono::nanoseconds timeout) {
  Shared& shared = *shared_;
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  const auto patience = timeout / kPatienceParts;
  MutexLock lock(shared.mutex);
  while (shared.awaited > 0) {
    const auto now = std::chrono::steady_clock::now();
    if (now >= deadline) return;
    const std::size_t waiting = shared.queue.size();
    const bool done = shared.progress.wait_until(
        lock, std::min(deadline, now + patience),
        [&]() HOSTPULSE_REQUIRES(shared.mutex) { return shared.awaited == 0; });
    const bool moved = shared.queue.size() < waiting;
    if (!done && !moved && waiting > 0 && shared.idle == 0) shared.AddThread(shared_);
  }
}

bool BlockingPool::Finish(Task& task) {
  Shared& shared = *shared_;
  MutexLock lock(shared.mutex);
  switch (task.state_) {
    case Task::State::kDone:
      task.state_ = Task::State::kIdle;
      return true;
    case Task::State::kQueued:
      std::erase_if(shared.queue, [&](const auto& queued) { return queued.get() == &task; });
      --shared.awaited;
      task.state_ = Task::State::kIdle;
      return false;
    case Task::State::kRunning:
      --shared.awaited;
      ++shared.given_up;
      task.state_ = Task::State::kGivenUp;
      return false;
    default:
      return false;
  }
}

void BlockingPool::Shared::AddThread(std::shared_ptr<Shared> self) {
  if (threads >= max_threads) return;
  try {
    std::thread(Work, std::move(self)).detach();
    ++threads;
  } catch (const std::system_error&) {
    return;  // Without a thread the tasks stay queued and are given up in time.
  }
}

// By value, because the thread shares what it works on.
// NOLINTNEXTLINE(performance-unnecessary-value-param)
void BlockingPool::Shared::Work(std::shared_ptr<Shared> self) {
  Shared& shared = *self;
  MutexLock lock(shared.mutex);
  while (true) {
    // One thread stays to wait for the next round; those that came to its help go.
    if (shared.stopping || (shared.queue.empty() && shared.idle > 0)) break;
    if (shared.queue.empty()) {
      ++shared.idle;
      shared.work.wait(lock, [&]() HOSTPULSE_REQUIRES(shared.mutex) {
        return shared.stopping || !shared.queue.empty();
      });
      --shared.idle;
      continue;
    }
    const std::shared_ptr<Task> task = std::move(shared.queue.back());
    shared.queue.pop_back();
    task->state_ = Task::State::kRunning;

    lock.unlock();
    task->Run();
    lock.lock();

    if (task->state_ == Task::State::kGivenUp) {
      --shared.given_up;
      task->state_ = Task::State::kIdle;
    } else {
      task->state_ = Task::State::kDone;
      if (--shared.awaited == 0) shared.progress.notify_all();
    }
  }
  --shared.threads;
  shared.progress.notify_all();
}

}  // namespace hostpulse::collectors
