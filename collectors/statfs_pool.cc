#include "collectors/statfs_pool.h"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "core/mutex.h"

namespace hostpulse::collectors {
namespace {

constexpr std::size_t kThreadsPerWorker = 4;
constexpr std::chrono::seconds kFarewell{1};

MonotonicTime Now() {
  return std::chrono::steady_clock::now();
}

}  // namespace

int CallStatfs(const char* path, struct statfs& result) {
  while (::statfs(path, &result) != 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

// Calls are asked, awaited and answered under one mutex, which nobody holds during a statfs.
struct StatfsPool::Shared : std::enable_shared_from_this<Shared> {
  explicit Shared(StatfsPoolOptions given) : options(std::move(given)) {}

  // Makes `call` take part in the Ask that is under way.
  void Begin(const std::shared_ptr<StatfsCall>& call) HOSTPULSE_REQUIRES(mutex);
  // Takes what has come, and gives up on what has not.
  void End(StatfsCall& call) HOSTPULSE_REQUIRES(mutex);
  void Enqueue(const std::shared_ptr<StatfsCall>& call, bool await) HOSTPULSE_REQUIRES(mutex);
  // Wakes or starts as many threads as there are calls to make, within the limits.
  void CallThreads() HOSTPULSE_REQUIRES(mutex);
  void WaitForAnswers(MutexLock& lock) HOSTPULSE_REQUIRES(mutex);
  std::size_t AllowedThreads() const HOSTPULSE_REQUIRES(mutex);

  // A thread's life.
  void Work();
  void Run(StatfsCall& call) HOSTPULSE_REQUIRES(mutex);

  const StatfsPoolOptions options;
  mutable Mutex mutex;
  CondVar work;      // Something is in `queue`, or the pool is gone.
  CondVar progress;  // `awaited` reached zero, or a thread has left.
  std::vector<std::shared_ptr<StatfsCall>> queue HOSTPULSE_GUARDED_BY(mutex);
  std::size_t threads HOSTPULSE_GUARDED_BY(mutex) = 0;
  std::size_t idle HOSTPULSE_GUARDED_BY(mutex) = 0;
  std::size_t running HOSTPULSE_GUARDED_BY(mutex) = 0;  // Inside of a statfs.
  std::size_t stuck HOSTPULSE_GUARDED_BY(mutex) = 0;    // Of those, given up by an Ask.
  std::size_t awaited HOSTPULSE_GUARDED_BY(mutex) = 0;
  bool stopping HOSTPULSE_GUARDED_BY(mutex) = false;
};

void StatfsPool::Shared::Begin(const std::shared_ptr<StatfsCall>& call) {
  call->answered_ = false;
  if (call->state_ == StatfsCall::State::kDone) {
    // It answered after the last Ask had given up. If it is slow by nature, another Ask would give
    // up as well: so this one takes the late answer, and the next one will take that to this.
    const bool slow = call->took_ > options.wait;
    if (slow) {
      call->answer_ = call->fresh_;
      call->answered_ = true;
    }
    Enqueue(call, !slow);
  } else if (call->state_ == StatfsCall::State::kIdle) {
    Enqueue(call, true);
  }
}

void StatfsPool::Shared::Enqueue(const std::shared_ptr<StatfsCall>& call, bool await) {
  call->state_ = StatfsCall::State::kQueued;
  call->started_ = Now();
  call->awaited_ = await;
  if (await) ++awaited;
  queue.push_back(call);
}

void StatfsPool::Shared::End(StatfsCall& call) {
  if (call.state_ == StatfsCall::State::kDone && !call.answered_) {
    call.answer_ = call.fresh_;
    call.answered_ = true;
    call.state_ = StatfsCall::State::kIdle;
  }
  if (call.awaited_) {
    call.awaited_ = false;
    --awaited;
  }
  if (call.state_ == StatfsCall::State::kRunning && !call.stuck_) {
    call.stuck_ = true;
    ++stuck;
  }
}

std::size_t StatfsPool::Shared::AllowedThreads() const {
  const auto workers = static_cast<std::size_t>(std::max(options.workers, 1));
  return std::min(workers + stuck, workers * kThreadsPerWorker);
}

void StatfsPool::Shared::CallThreads() {
  std::size_t wanted = queue.size();
  for (std::size_t sleeping = idle; sleeping > 0 && wanted > 0; --sleeping, --wanted) {
    work.notify_one();
  }
  for (; wanted > 0 && threads < AllowedThreads(); --wanted) {
    try {
      std::thread([self = shared_from_this()] { self->Work(); }).detach();
    } catch (const std::system_error&) {
      return;  // No more threads for this process: the calls stay queued, as if they were stuck.
    }
    ++threads;
  }
}

void StatfsPool::Shared::WaitForAnswers(MutexLock& lock) {
  const MonotonicTime deadline = Now() + options.wait;
  while (awaited > 0) {
    if (progress.wait_until(lock, deadline) == std::cv_status::timeout) return;
  }
}

void StatfsPool::Shared::Work() {
  MutexLock lock(mutex);
  while (!stopping && threads <= AllowedThreads()) {
    if (queue.empty()) {
      ++idle;
      work.wait(lock);
      --idle;
      continue;
    }
    const std::shared_ptr<StatfsCall> call = std::move(queue.back());
    queue.pop_back();
    Run(*call);
  }
  --threads;
  progress.notify_all();
}

void StatfsPool::Shared::Run(StatfsCall& call) {
  call.state_ = StatfsCall::State::kRunning;
  ++running;
  mutex.unlock();
  StatfsAnswer answer;
  answer.error = options.statfs(call.path_.c_str(), answer.values);
  mutex.lock();
  --running;
  call.state_ = StatfsCall::State::kDone;
  call.fresh_ = answer;
  call.took_ = Now() - call.started_;
  if (std::exchange(call.stuck_, false)) --stuck;
  if (std::exchange(call.awaited_, false) && --awaited == 0) progress.notify_all();
}

StatfsPool::StatfsPool(StatfsPoolOptions options)
    : shared_(std::make_shared<Shared>(std::move(options))) {}

StatfsPool::~StatfsPool() {
  Shared& shared = *shared_;
  MutexLock lock(shared.mutex);
  shared.stopping = true;
  shared.queue.clear();
  shared.work.notify_all();
  const MonotonicTime deadline = Now() + kFarewell;
  while (shared.threads > shared.running) {
    if (shared.progress.wait_until(lock, deadline) == std::cv_status::timeout) return;
  }
}

void StatfsPool::Ask(std::span<const std::shared_ptr<StatfsCall>> calls) {
  if (calls.empty()) return;
  Shared& shared = *shared_;
  MutexLock lock(shared.mutex);
  for (const auto& call : calls) shared.Begin(call);
  shared.CallThreads();
  shared.WaitForAnswers(lock);
  for (const auto& call : calls) shared.End(*call);
}

std::size_t StatfsPool::threads() const {
  const MutexLock lock(shared_->mutex);
  return shared_->threads;
}

}  // namespace hostpulse::collectors
