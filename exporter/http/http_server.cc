#include "exporter/http/http_server.h"

#include <utility>

#include "exporter/http/acceptor.h"
#include "exporter/http/civetweb_server.h"
#include "exporter/http/dispatcher.h"
#include "exporter/http/listen_address.h"
#include "exporter/http/listener.h"
#include "exporter/http/tls_context.h"

namespace hostpulse::http {
namespace {

Result<std::vector<Listener>> OpenListeners(const HttpServerOptions& options) {
  if (options.systemd_socket) return AdoptSystemdListeners();
  std::vector<ListenAddress> addresses;
  for (const std::string& text : options.listen) {
    auto address = ParseListenAddress(text);
    if (!address) return std::move(address).status();
    addresses.push_back(std::move(*address));
  }
  std::vector<Listener> listeners;
  for (const ListenAddress& address : addresses) {
    auto listener = OpenListener(address);
    if (!listener) return std::move(listener).status();
    listeners.push_back(std::move(*listener));
  }
  return listeners;
}

AcceptorOptions MakeAcceptorOptions(const HttpServerOptions& options) {
  AcceptorOptions made;
  made.max_connections = options.max_connections;
  made.times.reading = options.header_timeout;
  made.limits.max_body_bytes = options.max_body_bytes;
  return made;
}

// Members in the order in which they are built; destroyed in reverse, the workers first.
class CivetwebHttpServer final : public HttpServer {
 public:
  CivetwebHttpServer(std::vector<Route> routes, Logger& log)
      : dispatcher_(std::move(routes), log), log_(log) {}

  Status Serve(const HttpServerOptions& options) {
    auto listeners = OpenListeners(options);
    if (!listeners) return std::move(listeners).status();
    auto acceptor =
        Acceptor::Create(std::move(*listeners), MakeAcceptorOptions(options), tls_.get(), log_);
    if (!acceptor) return std::move(acceptor).status();
    acceptor_ = std::move(*acceptor);
    auto civetweb = CivetwebServer::Start(
        *acceptor_, options.worker_threads,
        [this](Request& request) { return dispatcher_.Dispatch(request); }, log_);
    if (!civetweb) return std::move(civetweb).status();
    civetweb_ = std::move(*civetweb);
    return {};
  }

  std::vector<std::string> addresses() const override { return acceptor_->addresses(); }

 private:
  const Dispatcher dispatcher_;
  Logger& log_;
  std::unique_ptr<TlsContext> tls_;
  std::unique_ptr<Acceptor> acceptor_;
  std::unique_ptr<CivetwebServer> civetweb_;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::Start(HttpServerOptions options,
                                                      std::vector<Route> routes, Logger& log) {
  auto server = std::make_unique<CivetwebHttpServer>(std::move(routes), log);
  if (Status status = server->Serve(options); !status) return status;
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace hostpulse::http
