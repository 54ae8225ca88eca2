#include "exporter/http/acceptor.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "exporter/http/response_writer.h"
#include "exporter/http/tls_context.h"

namespace hostpulse::http {
namespace {

// Listeners are found by their index, with this above it; the wake-up by a key of its own.
constexpr std::uint64_t kListenerKeys = 0;
constexpr std::uint64_t kWakeKey = 0xffffffff;
constexpr int kAcceptsInARow = 64;
// After the process has run out of descriptors.
constexpr std::chrono::milliseconds kAcceptPause{250};
constexpr std::chrono::seconds kLookAfterReturned{30};

void SetUp(int fd) {
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

}  // namespace

Result<std::unique_ptr<Acceptor>> Acceptor::Create(std::vector<Listener> listeners,
                                                   AcceptorOptions options, TlsSource tls,
                                                   Logger& log) {
  UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
  UniqueFd wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  std::unique_ptr<Acceptor> acceptor(new Acceptor(std::move(listeners), options, std::move(tls),
                                                  log, std::move(epoll), std::move(wake)));
  bool watching = acceptor->Watch(acceptor->handoff_.wake_fd(), EPOLLIN, kWakeKey, false);
  for (std::size_t i = 0; i < acceptor->listeners_.size(); ++i) {
    watching = watching &&
               acceptor->Watch(acceptor->listeners_[i].fd(), EPOLLIN, kListenerKeys + i, false);
  }
  if (!watching) {
    return Status(ErrorCode::kIo,
                  "cannot watch sockets: " + std::generic_category().message(errno));
  }
  return acceptor;
}

Acceptor::Acceptor(std::vector<Listener> listeners, AcceptorOptions options, TlsSource tls,
                   Logger& log, UniqueFd epoll, UniqueFd wake)
    : options_(options),
      tls_(std::move(tls)),
      log_(log),
      listeners_(std::move(listeners)),
      epoll_(std::move(epoll)),
      handoff_(std::move(wake)),
      lot_(options.times) {}

std::vector<std::string> Acceptor::addresses() const {
  std::vector<std::string> names;
  for (const Listener& listener : listeners_) names.push_back(listener.name());
  return names;
}

bool Acceptor::WaitForRequest() {
  while (!stopping_.load(std::memory_order_acquire)) {
    if (!ready_.empty()) return true;
    Wait();
  }
  return false;
}

Connection* Acceptor::TakeRequest() {
  if (ready_.empty()) return nullptr;
  Connection* connection = ready_.front();
  ready_.pop_front();
  handoff_.Give(*connection);
  return connection;
}

void Acceptor::Stop() {
  stopping_.store(true, std::memory_order_release);
  handoff_.Wake();
}

bool Acceptor::HasMoved() {
  const bool moved = moved_.exchange(false, std::memory_order_relaxed);
  handoff_.Wake();
  return moved;
}

bool Acceptor::Watch(int fd, std::uint32_t events, std::uint64_t key, bool known) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = key;
  return ::epoll_ctl(epoll_.get(), known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) == 0;
}

int Acceptor::WaitMilliseconds() const {
  auto next = lot_.NextDeadline();
  if (resume_at_ && (!next || *resume_at_ < *next)) next = resume_at_;
  const auto now = std::chrono::steady_clock::now();
  // Connections that workers have returned in silence are to be seen some time.
  if (lot_.busy() > 0 && (!next || now + kLookAfterReturned < *next)) {
    next = now + kLookAfterReturned;
  }
  if (!next) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*next - now);
  return static_cast<int>(std::max<std::chrono::milliseconds::rep>(left.count(), 0));
}

void Acceptor::Wait() {
  std::array<epoll_event, 64> events;
  const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                 WaitMilliseconds());
  now_ = std::chrono::steady_clock::now();
  moved_.store(true, std::memory_order_relaxed);
  TakeReturned();
  for (int i = 0; i < count; ++i) HandleEvent(events[static_cast<std::size_t>(i)].data.u64);
  while (Connection* late = lot_.Expired(now_)) Expire(*late);
  while (lot_.bytes() > options_.max_bytes && MakeRoom()) {
  }
  if (resume_at_ && *resume_at_ <= now_) ResumeListeners();
}

void Acceptor::HandleEvent(std::uint64_t key) {
  if (key == kWakeKey) {
    handoff_.ClearWake();
    return TakeReturned();
  }
  if (key < listeners_.size()) return AcceptAll(listeners_[key]);
  Connection* connection = lot_.Find(key);
  if (connection == nullptr) return;
  if (connection->state == State::kBusy) {
    if (handoff_.LeaveEvent(*connection)) return;
    TakeReturned();
    connection = lot_.Find(key);
  }
  if (connection != nullptr) Pump(*connection);
}

void Acceptor::AcceptAll(const Listener& listener) {
  for (int i = 0; i < kAcceptsInARow; ++i) {
    if (!AcceptOne(listener)) return;
  }
}

bool Acceptor::AcceptOne(const Listener& listener) {
  sockaddr_storage address{};
  socklen_t length = sizeof(address);
  UniqueFd fd(::accept4(listener.fd(), reinterpret_cast<sockaddr*>(&address), &length,
                        SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!fd) {
    const bool exhausted =
        errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
    if (exhausted && !MakeRoom()) PauseListeners();
    return exhausted ? !resume_at_ : errno == ECONNABORTED || errno == EINTR;
  }
  if (lot_.size() >= options_.max_connections && !MakeRoom()) return true;

  if (address.ss_family != AF_UNIX) SetUp(fd.get());
  std::unique_ptr<TlsSession> session;
  if (auto tls = tls_()) {
    session = TlsContext::NewSession(std::move(tls), fd.get());
    if (session == nullptr) return true;
  }
  Connection& connection =
      lot_.Add(std::make_unique<Connection>(std::move(fd), PeerOf(address), std::move(session),
                                            options_.limits),
               now_);
  if (Watch(connection.fd(), EPOLLIN | EPOLLET, ParkingLot::Key(connection), false)) {
    return true;
  }
  lot_.Remove(connection);
  return true;
}

bool Acceptor::MakeRoom() {
  Connection* oldest = lot_.Evictable();
  if (oldest == nullptr) return false;
  log_.Warn("closed the oldest waiting connection to make room");
  lot_.Remove(*oldest);
  return true;
}

void Acceptor::PauseListeners() {
  log_.Error("out of file descriptors or memory: no new connections for a moment");
  for (std::size_t i = 0; i < listeners_.size(); ++i) {
    Watch(listeners_[i].fd(), 0, kListenerKeys + i, true);
  }
  resume_at_ = now_ + kAcceptPause;
}

void Acceptor::ResumeListeners() {
  resume_at_.reset();
  for (std::size_t i = 0; i < listeners_.size(); ++i) {
    Watch(listeners_[i].fd(), EPOLLIN, kListenerKeys + i, true);
  }
}

void Acceptor::TakeReturned() {
  for (const Handoff::Returned& returned : handoff_.Collect()) {
    if (returned.connection->responded()) {
      FinishAnswer(*returned.connection, returned.has_event);
    } else {
      Drain(*returned.connection);
    }
  }
}

void Acceptor::Pump(Connection& connection) {
  switch (connection.state) {
    case State::kReading:
    case State::kIdle:
      return ReadRequest(connection);
    case State::kFlushing:
      return FinishAnswer(connection, true);
    case State::kDraining:
      return Drain(connection);
    case State::kBusy:
      return;
  }
}

void Acceptor::ReadRequest(Connection& connection) {
  IoStep step = connection.Handshake();
  while (step == IoStep::kProgress) {
    if (connection.buffered() > 0) {
      if (connection.state == State::kIdle) lot_.Move(connection, State::kReading, now_);
      const auto framed = connection.Frame();
      if (framed == RequestFramer::State::kBad) {
        return Refuse(connection, connection.framer().status());
      }
      if (framed == RequestFramer::State::kComplete) {
        lot_.Weigh(connection);
        lot_.Move(connection, State::kBusy, now_);
        return ready_.push_back(&connection);
      }
    }
    step = connection.Receive();
  }
  if (step == IoStep::kEnd && connection.tls() != nullptr && connection.tls()->spoke_http()) {
    connection.AbandonTls();
    return Refuse(connection, 400);
  }
  Await(connection, step);
}

void Acceptor::Refuse(Connection& connection, int status) {
  log_.Debug("refused a request", {{"peer", connection.peer().address}, {"status", status}});
  Answer answer = RefusalAnswer(status);
  connection.Respond(std::move(answer.head), std::move(answer.body), false);
  FinishAnswer(connection, false);
}

// `has_event`: the client may have sent something while nobody looked.
void Acceptor::FinishAnswer(Connection& connection, bool has_event) {
  const IoStep step = connection.Flush();
  if (step != IoStep::kProgress) {
    if (connection.state != State::kFlushing) lot_.Move(connection, State::kFlushing, now_);
    return Await(connection, step);
  }
  if (!connection.keep_alive()) return Drain(connection);
  connection.FinishRequest();
  lot_.Move(connection, State::kIdle, now_);
  if (has_event || connection.may_have_more()) return ReadRequest(connection);
  Await(connection, IoStep::kWantRead);
}

void Acceptor::Drain(Connection& connection) {
  if (connection.state != State::kDraining) lot_.Move(connection, State::kDraining, now_);
  Await(connection, connection.Drain());
}

void Acceptor::Await(Connection& connection, IoStep step) {
  if (step == IoStep::kEnd) return lot_.Remove(connection);
  const bool wants_write = step == IoStep::kWantWrite;
  if (wants_write != std::exchange(connection.wants_write, wants_write)) {
    const std::uint32_t events = wants_write ? EPOLLOUT : EPOLLIN;
    if (!Watch(connection.fd(), events | EPOLLET, ParkingLot::Key(connection), true)) {
      return lot_.Remove(connection);
    }
  }
  lot_.Weigh(connection);
}

void Acceptor::Expire(Connection& connection) {
  const bool half_a_request = connection.state == State::kReading && connection.buffered() > 0;
  if (half_a_request) return Refuse(connection, 408);
  lot_.Remove(connection);
}

}  // namespace hostpulse::http
