#include "exporter/http/handoff.h"

#include <sys/eventfd.h>

#include <utility>

namespace hostpulse::http {

void Handoff::Give(Connection& connection) {
  connection.given_at = std::chrono::steady_clock::now();
  const MutexLock lock(mutex_);
  given_[connection.fd()] = &connection;
}

std::vector<Handoff::Returned> Handoff::Collect() {
  std::vector<Returned> collected;
  const MutexLock lock(mutex_);
  for (Connection* connection : returned_) {
    connection->returned = false;
    collected.push_back({connection, std::exchange(connection->event_pending, false)});
  }
  returned_.clear();
  return collected;
}

bool Handoff::LeaveEvent(Connection& connection) {
  const MutexLock lock(mutex_);
  if (!connection.returned) connection.event_pending = true;
  return !connection.returned;
}

Connection* Handoff::Find(int fd) {
  const MutexLock lock(mutex_);
  const auto found = given_.find(fd);
  return found == given_.end() ? nullptr : found->second;
}

// The acceptor is woken only where there is something for it to do: most answers are out by now,
// and the connection's next event is soon enough to see that a worker is done with it.
void Handoff::Return(int fd) {
  bool wake = true;
  {
    const MutexLock lock(mutex_);
    const auto found = given_.find(fd);
    if (found == given_.end()) return;
    Connection* connection = found->second;
    given_.erase(found);
    connection->returned = true;
    returned_.push_back(connection);
    wake = connection->event_pending || connection->unsent() > 0 || !connection->keep_alive() ||
           connection->may_have_more();
  }
  if (wake) Wake();
}

void Handoff::Wake() {
  ::eventfd_write(wake_.get(), 1);
}

void Handoff::ClearWake() {
  eventfd_t count = 0;
  ::eventfd_read(wake_.get(), &count);
}

}  // namespace hostpulse::http
