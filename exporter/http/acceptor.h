#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/log/logger.h"
#include "core/result.h"
#include "core/unique_fd.h"
#include "exporter/http/connection.h"
#include "exporter/http/handoff.h"
#include "exporter/http/listener.h"
#include "exporter/http/parking_lot.h"

namespace hostpulse::http {

class TlsContext;

// The TLS of a connection that is accepted now; null for plain HTTP.
using TlsSource = std::function<std::shared_ptr<TlsContext>()>;

struct AcceptorOptions {
  std::size_t max_connections = 2048;
  // What clients may make the program hold: beyond it the oldest connections go.
  std::size_t max_bytes = std::size_t{16} * 1024 * 1024;
  ParkingTimes times;
  RequestLimits limits;
};

// Owns the listening sockets and every connection that is not being answered right now. Connections
// wait here, at the price of a descriptor and a few hundred bytes, until a whole request has come
// in, and again while an answer goes out, so that a worker is held by neither a slow client nor an
// idle one. Costs no wake-ups while nothing happens.
class Acceptor {
 public:
  // The logger must outlive the acceptor.
  // Errors: kIo where the kernel has no descriptor left.
  static Result<std::unique_ptr<Acceptor>> Create(std::vector<Listener> listeners,
                                                  AcceptorOptions options, TlsSource tls,
                                                  Logger& log);
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  std::vector<std::string> addresses() const;

  // The acceptor's own thread (civetweb's master). WaitForRequest returns true once a request can
  // be taken, false at once after Stop. The connection taken belongs to a worker until Return.
  bool WaitForRequest();
  Connection* TakeRequest();

  // Workers. Find is for a connection that was taken.
  Connection* Find(int fd) { return handoff_.Find(fd); }
  void Return(int fd) { handoff_.Return(fd); }

  // Any thread.
  void Stop();
  // Whether the acceptor's thread has moved since the last call, and has it move for the next one.
  bool HasMoved();

 private:
  using State = Connection::State;

  Acceptor(std::vector<Listener> listeners, AcceptorOptions options, TlsSource tls, Logger& log,
           UniqueFd epoll, UniqueFd wake);
  bool Watch(int fd, std::uint32_t events, std::uint64_t key, bool known);
  void Wait();
  int WaitMilliseconds() const;
  void HandleEvent(std::uint64_t key);

  void AcceptAll(const Listener& listener);
  bool AcceptOne(const Listener& listener);
  bool MakeRoom();
  void PauseListeners();
  void ResumeListeners();

  void TakeReturned();
  void Pump(Connection& connection);
  void ReadRequest(Connection& connection);
  void Refuse(Connection& connection, int status);
  void FinishAnswer(Connection& connection, bool has_event);
  void Drain(Connection& connection);
  void Await(Connection& connection, IoStep step);
  void Expire(Connection& connection);

  const AcceptorOptions options_;
  const TlsSource tls_;
  Logger& log_;
  std::vector<Listener> listeners_;
  UniqueFd epoll_;
  Handoff handoff_;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> moved_ = true;

  // The acceptor's thread only.
  ParkingLot lot_;
  std::deque<Connection*> ready_;
  MonotonicTime now_{};
  std::optional<MonotonicTime> resume_at_;  // Set while the listeners are paused.
};

}  // namespace hostpulse::http
