#pragma once

namespace hostpulse::http {

class Acceptor;
class Connection;

// Makes civetweb's socket calls on this thread go to an acceptor while it lives.
class SeamScope {
 public:
  explicit SeamScope(Acceptor& acceptor);
  ~SeamScope();
  SeamScope(const SeamScope&) = delete;
  SeamScope& operator=(const SeamScope&) = delete;

 private:
  Acceptor* before_;
};

// The same for the rest of a thread's life: for civetweb's own threads.
void EnterSeam(Acceptor& acceptor, bool as_worker);

// The connection whose request this worker reads or answers; null between two.
Connection* SeamConnection();

}  // namespace hostpulse::http
