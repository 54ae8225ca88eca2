#include "exporter/http/http_server.h"

#include <optional>
#include <utility>

#include "exporter/http/acceptor.h"
#include "exporter/http/civetweb_server.h"
#include "exporter/http/dispatcher.h"
#include "exporter/http/listen_address.h"
#include "exporter/http/listener.h"
#include "exporter/http/web_access.h"

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
  CivetwebHttpServer(Logger& log, prometheus::Registry* registry) : log_(log), metrics_(registry) {}

  Status Serve(const HttpServerOptions& options, std::vector<Route> routes) {
    if (Status status = Configure(options.web_config_file, std::move(routes)); !status) {
      return status;
    }
    auto listeners = OpenListeners(options);
    if (!listeners) return std::move(listeners).status();
    auto acceptor = Acceptor::Create(
        std::move(*listeners), MakeAcceptorOptions(options), [this] { return access_->Tls(); },
        log_);
    if (!acceptor) return std::move(acceptor).status();
    acceptor_ = std::move(*acceptor);
    auto civetweb = CivetwebServer::Start(
        *acceptor_, options.worker_threads,
        [this](Request& request) { return dispatcher_->Dispatch(request); }, log_);
    if (!civetweb) return std::move(civetweb).status();
    civetweb_ = std::move(*civetweb);
    return {};
  }

  std::vector<std::string> addresses() const override { return acceptor_->addresses(); }

  bool HasMoved() override { return acceptor_->HasMoved(); }

  Result<std::function<void()>> PrepareWebConfig(const std::string& file) override {
    return access_->Prepare(file);
  }

 private:
  Status Configure(const std::string& web_config_file, std::vector<Route> routes) {
    auto access = WebAccess::Create(web_config_file, clock_, log_, metrics_);
    if (!access) return std::move(access).status();
    access_ = std::move(*access);
    dispatcher_.emplace(std::move(routes), *access_, log_);
    return {};
  }

  Logger& log_;
  const SystemClock clock_;
  WebMetrics metrics_;
  std::unique_ptr<WebAccess> access_;
  std::optional<Dispatcher> dispatcher_;
  std::unique_ptr<Acceptor> acceptor_;
  std::unique_ptr<CivetwebServer> civetweb_;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::Start(const HttpServerOptions& options,
                                                      std::vector<Route> routes, Logger& log,
                                                      prometheus::Registry* registry) {
  auto server = std::make_unique<CivetwebHttpServer>(log, registry);
  if (Status status = server->Serve(options, std::move(routes)); !status) return status;
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace hostpulse::http
