#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/log/logger.h"
#include "core/result.h"
#include "exporter/http/http_message.h"

namespace prometheus {
class Registry;
}

namespace hostpulse::http {

struct HttpServerOptions {
  // ":9100", "127.0.0.1:0", "[::1]:9100", "[0.0.0.0]:9100", "unix:///run/hostpulse.sock".
  std::vector<std::string> listen = {":9100"};
  bool systemd_socket = false;  // --web.systemd-socket: the sockets of LISTEN_FDS instead.
  std::string web_config_file;  // --web.config.file; empty: plain HTTP without authentication.
  int worker_threads = 4;
  std::size_t max_connections = 2048;
  std::size_t max_body_bytes = 4096;
  std::chrono::milliseconds header_timeout = std::chrono::seconds(5);
};

// Serves routes over HTTP/1.1 with civetweb. Thread safe.
class HttpServer {
 public:
  // Binds and serves at once; returns when every listener accepts.
  // What becomes of the web configuration is counted in `registry`, which outlives the server.
  // Errors: kInvalid for an address or web configuration that is wrong, kIo for one that cannot be
  // bound (names the address and why).
  static Result<std::unique_ptr<HttpServer>> Start(const HttpServerOptions& options,
                                                   std::vector<Route> routes, Logger& log,
                                                   prometheus::Registry* registry = nullptr);
  // Ends within a second: listeners close, requests in progress get a moment to end.
  virtual ~HttpServer() = default;

  // The addresses that are listened on, with real ports: "127.0.0.1:34567".
  virtual std::vector<std::string> addresses() const = 0;

  // Whether the thread that all connections go through has moved since the last call, and has it
  // move for the next one: for a watchdog, which asks every few seconds.
  virtual bool HasMoved() = 0;

  // Reads a web configuration file for a reload; what is returned puts it in force, for connections
  // and requests to come. A file that changes is read without being asked, too, but only this takes
  // TLS, passwords or client certificates away that were asked for before.
  // Errors: kInvalid, naming file and place; the one in force stays.
  virtual Result<std::function<void()>> PrepareWebConfig(const std::string& file) = 0;
};

}  // namespace hostpulse::http
