#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/unique_fd.h"

namespace hostpulse::test {

// How the receiver answers one request.
struct ScriptedAnswer {
  int status = 204;
  std::string body{};
  std::vector<std::string> headers{};  // "Retry-After: 3"
  std::chrono::milliseconds delay{0};
  bool reset = false;    // Resets the connection instead of answering.
  bool endless = false;  // Sends the body again and again, chunked, until the other side leaves.
  std::string raw{};     // Sent as it is instead of everything else, then the connection closes.
};

struct ReceivedRequest {
  std::string method;
  std::string target;
  std::map<std::string, std::string> headers;  // Names in lower case.
  std::string body;
  std::chrono::steady_clock::time_point at;
  int connection = 0;  // The first one is 1.
};

// An HTTP server on a free port of the loopback interface that answers by a script: the answers
// given to Script one after another, then the usual one. A thread a connection. Thread safe.
class ScriptedReceiver {
 public:
  ScriptedReceiver();
  ~ScriptedReceiver();
  ScriptedReceiver(const ScriptedReceiver&) = delete;
  ScriptedReceiver& operator=(const ScriptedReceiver&) = delete;

  std::string Url(const std::string& path = "/api/v1/write") const;

  void Script(std::deque<ScriptedAnswer> answers);  // Replaces what is left of the last one.
  void SetUsual(ScriptedAnswer answer);

  std::vector<ReceivedRequest> Requests() const;
  // Whether so many requests have come; waits for them, at most ten seconds.
  bool WaitForRequests(std::size_t count) const;
  int connections() const { return connections_.load(); }

 private:
  void Accept();
  void Serve(int fd, int connection);
  ScriptedAnswer Take(ReceivedRequest request);
  // False where the connection is over.
  bool Answer(int fd, const ScriptedAnswer& answer);

  UniqueFd listener_;
  int port_ = 0;
  std::atomic<bool> ending_ = false;
  std::atomic<int> connections_ = 0;
  mutable std::mutex mutex_;
  mutable std::condition_variable arrived_;
  std::deque<ScriptedAnswer> script_;
  ScriptedAnswer usual_;
  std::vector<ReceivedRequest> requests_;
  std::vector<UniqueFd> sockets_;
  std::vector<std::thread> workers_;
  std::thread acceptor_;
};

}  // namespace hostpulse::test
