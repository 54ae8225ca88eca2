#include "exporter/signals.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

namespace hostpulse {
namespace {

int PollTimeout(std::optional<MonotonicTime> deadline, const Clock& clock) {
  if (!deadline) return -1;
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(*deadline - clock.Monotonic()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
}

}  // namespace

Signals::Signals() {
  sigset_t steering;
  sigemptyset(&steering);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&steering, number);
  pthread_sigmask(SIG_BLOCK, &steering, nullptr);
  for (const int number : {SIGPIPE, SIGUSR1, SIGXFSZ}) ::signal(number, SIG_IGN);
  signals_.reset(::signalfd(-1, &steering, SFD_CLOEXEC | SFD_NONBLOCK));
  wake_.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!signals_ || !wake_) std::abort();  // Only without descriptors or memory, at the very start.
}

Signals::Event Signals::Wait(std::optional<MonotonicTime> deadline, const Clock& clock) const {
  std::array<pollfd, 2> watched = {{{signals_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}}};
  if (::poll(watched.data(), watched.size(), PollTimeout(deadline, clock)) <= 0) {
    return Event::kTimeout;
  }
  signalfd_siginfo info{};
  if (::read(signals_.get(), &info, sizeof(info)) == sizeof(info)) {
    return info.ssi_signo == SIGHUP ? Event::kReload : Event::kStop;
  }
  std::uint64_t count = 0;
  return ::read(wake_.get(), &count, sizeof(count)) > 0 ? Event::kWake : Event::kTimeout;
}

void Signals::Wake() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof(one));
}

void ExitAfter(std::chrono::milliseconds grace) {
  ::signal(SIGALRM, [](int) { ::_exit(0); });
  sigset_t alarm;
  sigemptyset(&alarm);
  sigaddset(&alarm, SIGALRM);
  pthread_sigmask(SIG_UNBLOCK, &alarm, nullptr);
  const itimerval once = {{0, 0}, {grace.count() / 1000, grace.count() % 1000 * 1000}};
  ::setitimer(ITIMER_REAL, &once, nullptr);
}

}  // namespace hostpulse
