#include "exporter/http/parking_lot.h"

#include <utility>

namespace hostpulse::http {

Connection& ParkingLot::Add(std::unique_ptr<Connection> connection, MonotonicTime now) {
  Connection& added = *connection;
  // Never 0, which is left to the descriptors that are no connections.
  if (++last_generation_ == 0) ++last_generation_;
  added.generation = last_generation_;
  added.state = Connection::State::kReading;
  Queue& reading = queue(added.state);
  added.place = reading.insert(reading.end(), &added);
  added.deadline = now + TimeIn(added.state);
  connections_[added.fd()] = std::move(connection);
  return added;
}

void ParkingLot::Remove(Connection& connection) {
  bytes_ -= connection.weight;
  queue(connection.state).erase(connection.place);
  connections_.erase(connection.fd());
}

void ParkingLot::Move(Connection& connection, Connection::State state, MonotonicTime now) {
  Queue& to = queue(state);
  to.splice(to.end(), queue(connection.state), connection.place);
  connection.state = state;
  connection.deadline = now + TimeIn(state);
}

void ParkingLot::Weigh(Connection& connection) {
  const std::size_t weight = connection.buffered() + connection.unsent();
  bytes_ += weight - std::exchange(connection.weight, weight);
}

std::uint64_t ParkingLot::Key(const Connection& connection) {
  return std::uint64_t{connection.generation} << 32 | static_cast<std::uint32_t>(connection.fd());
}

Connection* ParkingLot::Find(std::uint64_t key) {
  const auto found = connections_.find(static_cast<int>(key & 0xffffffff));
  if (found == connections_.end() || found->second->generation != key >> 32) return nullptr;
  return found->second.get();
}

Connection* ParkingLot::Evictable() {
  for (const auto state : kByWorth) {
    if (!queue(state).empty()) return queue(state).front();
  }
  return nullptr;
}

Connection* ParkingLot::Expired(MonotonicTime now) {
  for (const auto state : kByWorth) {
    if (!queue(state).empty() && queue(state).front()->deadline <= now) {
      return queue(state).front();
    }
  }
  return nullptr;
}

std::optional<MonotonicTime> ParkingLot::NextDeadline() const {
  std::optional<MonotonicTime> next;
  for (const auto state : kByWorth) {
    if (queue(state).empty()) continue;
    const MonotonicTime deadline = queue(state).front()->deadline;
    if (!next || deadline < *next) next = deadline;
  }
  return next;
}

std::chrono::milliseconds ParkingLot::TimeIn(Connection::State state) const {
  switch (state) {
    case Connection::State::kReading:
      return times_.reading;
    case Connection::State::kIdle:
      return times_.idle;
    case Connection::State::kFlushing:
      return times_.flushing;
    case Connection::State::kDraining:
      return times_.draining;
    case Connection::State::kBusy:
      break;
  }
  return {};
}

}  // namespace hostpulse::http
