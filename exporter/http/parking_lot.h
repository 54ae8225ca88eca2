#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <unordered_map>

#include "core/clock.h"
#include "exporter/http/connection.h"

namespace hostpulse::http {

// How long a connection may stay in each state where it waits for its client.
struct ParkingTimes {
  std::chrono::milliseconds reading = std::chrono::seconds(5);  // Handshake and request.
  std::chrono::milliseconds idle = std::chrono::minutes(3);     // Between two requests.
  std::chrono::milliseconds flushing = std::chrono::seconds(30);
  std::chrono::milliseconds draining = std::chrono::seconds(1);
};

// Every open connection, queued by state in the order of their deadlines, and the memory their
// clients make them hold. One thread: the acceptor's.
class ParkingLot {
 public:
  explicit ParkingLot(const ParkingTimes& times) : times_(times) {}

  Connection& Add(std::unique_ptr<Connection> connection, MonotonicTime now);
  void Remove(Connection& connection);
  // Puts it at the end of the state's queue, with a new deadline.
  void Move(Connection& connection, Connection::State state, MonotonicTime now);
  // Counts what it holds now. To be called when that may have changed.
  void Weigh(Connection& connection);

  // A connection by the key that stands for it in epoll; null if that one is gone.
  static std::uint64_t Key(const Connection& connection);
  Connection* Find(std::uint64_t key);

  // Who has waited longest and is missed least: idle, then reading, then at its end.
  Connection* Evictable();
  Connection* Expired(MonotonicTime now);
  std::optional<MonotonicTime> NextDeadline() const;

  std::size_t size() const { return connections_.size(); }
  std::size_t bytes() const { return bytes_; }
  std::size_t busy() const { return queue(Connection::State::kBusy).size(); }

 private:
  using Queue = std::list<Connection*>;
  static constexpr std::array kByWorth = {Connection::State::kIdle, Connection::State::kReading,
                                          Connection::State::kDraining,
                                          Connection::State::kFlushing};

  Queue& queue(Connection::State state) { return queues_[static_cast<std::size_t>(state)]; }
  const Queue& queue(Connection::State state) const {
    return queues_[static_cast<std::size_t>(state)];
  }
  std::chrono::milliseconds TimeIn(Connection::State state) const;

  ParkingTimes times_;
  std::unordered_map<int, std::unique_ptr<Connection>> connections_;
  std::array<Queue, 5> queues_;
  std::uint32_t last_generation_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace hostpulse::http
