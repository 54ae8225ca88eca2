#pragma once

#include <unordered_map>
#include <vector>

#include "core/mutex.h"
#include "core/unique_fd.h"
#include "exporter/http/connection.h"

namespace hostpulse::http {

// Where connections change hands between the acceptor and the workers. Thread safe.
class Handoff {
 public:
  // `wake` is an eventfd that the acceptor waits for.
  explicit Handoff(UniqueFd wake) : wake_(std::move(wake)) {}

  // The acceptor: lets a worker have a connection, and takes back those that are done with.
  void Give(Connection& connection) HOSTPULSE_EXCLUDES(mutex_);
  struct Returned {
    Connection* connection;
    bool has_event;  // The client did something while a worker had it.
  };
  std::vector<Returned> Collect() HOSTPULSE_EXCLUDES(mutex_);
  // Leaves an event for when the connection comes back; false where it has.
  bool LeaveEvent(Connection& connection) HOSTPULSE_EXCLUDES(mutex_);

  // Workers: the connection given with this descriptor, and giving it back.
  Connection* Find(int fd) HOSTPULSE_EXCLUDES(mutex_);
  void Return(int fd) HOSTPULSE_EXCLUDES(mutex_);

  int wake_fd() const { return wake_.get(); }
  void Wake();
  void ClearWake();

 private:
  const UniqueFd wake_;
  Mutex mutex_;
  std::unordered_map<int, Connection*> given_ HOSTPULSE_GUARDED_BY(mutex_);
  std::vector<Connection*> returned_ HOSTPULSE_GUARDED_BY(mutex_);
};

}  // namespace hostpulse::http
