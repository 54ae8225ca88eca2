#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>
#include <utility>

#include "core/result.h"
#include "core/unique_fd.h"
#include "exporter/commands/commands.h"
#include "exporter/http/listen_address.h"
#include "exporter/http/web_config_file.h"
#include "push/transport/http_client.h"

namespace hostpulse::commands {
namespace {

constexpr std::chrono::seconds kTimeout{5};

// Where this host reaches what listens there.
std::string LocalHost(const http::ListenAddress& address) {
  if (address.host.empty() || address.host == "0.0.0.0") return "127.0.0.1";
  return address.host == "::" ? "::1" : address.host;
}

Status Connects(const std::string& what, const sockaddr* name, socklen_t length) {
  const UniqueFd fd(::socket(name->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval timeout{.tv_sec = kTimeout.count(), .tv_usec = 0};
  const bool connected =
      fd && ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) == 0 &&
      ::connect(fd.get(), name, length) == 0;
  if (connected) return Status();
  return Status(ErrorCode::kIo, what + ": " + std::strerror(errno));
}

Status ConnectsToUnix(const std::string& path) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (path.size() >= sizeof(name.sun_path)) {
    return Status(ErrorCode::kInvalid, path + ": too long for a unix socket");
  }
  path.copy(name.sun_path, path.size());
  return Connects(path, reinterpret_cast<const sockaddr*>(&name), sizeof(name));
}

Status ConnectsToPort(const std::string& host, const std::string& port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const std::string what = host + ":" + port;
  if (const int error = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found); error != 0) {
    return Status(ErrorCode::kIo, what + ": " + ::gai_strerror(error));
  }
  Status status = Connects(what, found->ai_addr, found->ai_addrlen);
  ::freeaddrinfo(found);
  return status;
}

// Whoever asks for a password or has too many requests answers, and so is healthy. The certificate
// is not looked at: it is made for the name that others know this host by.
Status Answers(const std::string& url) {
  push::TransportOptions options;
  options.tls.insecure_skip_verify = true;
  push::HttpClient client(options);
  push::HttpRequest request;
  request.url = url;
  request.method = push::HttpMethod::kGet;
  request.timeout = kTimeout;
  const push::HttpReply reply = client.Send(request);
  if (reply.status == 200 || reply.status == 401 || reply.status == 429) return Status();
  const std::string why =
      reply.status == 0 ? reply.error : "status " + std::to_string(reply.status);
  return Status(ErrorCode::kIo, url + ": " + why);
}

bool WantsCertificate(const http::WebConfig& web) {
  return web.tls && (web.tls->client_auth == http::ClientAuth::kRequireAny ||
                     web.tls->client_auth == http::ClientAuth::kRequireAndVerify);
}

Status AskHealth(const http::HttpServerOptions& server) {
  if (server.systemd_socket) {
    return Status(ErrorCode::kInvalid, "--web.systemd-socket: only systemd knows the address");
  }
  const auto address = http::ParseListenAddress(server.listen.front());
  if (!address) return address.status();
  if (!address->unix_path.empty()) return ConnectsToUnix(address->unix_path);
  http::WebConfig web;
  if (!server.web_config_file.empty()) {
    auto loaded = http::LoadWebConfig(server.web_config_file);
    if (!loaded) return loaded.status();
    web = *std::move(loaded);
  }
  const std::string host = LocalHost(*address);
  const std::string port = std::to_string(address->port);
  // We have no certificate to show, so all that can be seen is that it takes connections.
  if (WantsCertificate(web)) return ConnectsToPort(host, port);
  const bool brackets = host.find(':') != std::string::npos;
  return Answers((web.tls ? "https://" : "http://") + (brackets ? "[" + host + "]" : host) + ":" +
                 port + "/-/healthy");
}

}  // namespace

int Health(const config::Config& config) {
  const Status status = AskHealth(config.web.server);
  if (status) return 0;
  std::fprintf(stderr, "hostpulse: error: %s\n", status.message().c_str());
  return 1;
}

}  // namespace hostpulse::commands
