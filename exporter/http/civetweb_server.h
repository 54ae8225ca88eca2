#pragma once

#include <functional>
#include <memory>

#include "core/log/logger.h"
#include "core/result.h"
#include "exporter/http/acceptor.h"
#include "exporter/http/http_message.h"

struct mg_context;

namespace hostpulse::http {

// civetweb's master thread, workers and request parser, over an Acceptor.
class CivetwebServer {
 public:
  // Answers a request, on any worker. Must not throw.
  using Responder = std::function<Response(Request& request)>;

  // Starts the threads. The acceptor and the logger must outlive the server.
  // Errors: kIo where civetweb does not start.
  static Result<std::unique_ptr<CivetwebServer>> Start(Acceptor& acceptor, int worker_threads,
                                                       Responder responder, Logger& log);
  // Waits for the handlers that are running; requests that wait for a worker are dropped.
  ~CivetwebServer();
  CivetwebServer(const CivetwebServer&) = delete;
  CivetwebServer& operator=(const CivetwebServer&) = delete;

 private:
  struct Callbacks;
  CivetwebServer(Acceptor& acceptor, Responder responder, Logger& log);

  Acceptor& acceptor_;
  Responder responder_;
  Logger& log_;
  mg_context* context_ = nullptr;
  bool library_ = false;
};

}  // namespace hostpulse::http
