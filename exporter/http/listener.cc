#include "exporter/http/listener.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <system_error>

#include "exporter/http/peer.h"

namespace hostpulse::http {
namespace {

constexpr int kBacklog = 1024;
constexpr int kFirstSystemdFd = 3;

Status Failed(std::string_view what, std::string_view address, int error) {
  return Status(ErrorCode::kIo, std::string(what) + " " + std::string(address) + ": " +
                                    std::generic_category().message(error));
}

// The real name of a bound socket.
std::string SocketName(int fd) {
  sockaddr_storage storage{};
  socklen_t length = sizeof(storage);
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return "unknown";
  return AddressText(storage, length);
}

Result<Listener> Bind(const ListenAddress& address, const addrinfo& info, bool both_families) {
  UniqueFd fd(::socket(info.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return Failed("cannot listen on", address.text, errno);
  const int on = 1;
  const int v6_only = both_families ? 0 : 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (info.ai_family == AF_INET6) {
    ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &v6_only, sizeof(v6_only));
  }
  if (::bind(fd.get(), info.ai_addr, info.ai_addrlen) != 0 || ::listen(fd.get(), kBacklog) != 0) {
    return Failed("cannot listen on", address.text, errno);
  }
  std::string name = SocketName(fd.get());
  return Listener(std::move(fd), std::move(name));
}

Result<Listener> BindAny(const ListenAddress& address) {
  addrinfo info{};
  sockaddr_in6 any6{};
  any6.sin6_family = AF_INET6;
  any6.sin6_port = htons(address.port);
  info.ai_family = AF_INET6;
  info.ai_addr = reinterpret_cast<sockaddr*>(&any6);
  info.ai_addrlen = sizeof(any6);
  if (UniqueFd(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0))) return Bind(address, info, true);

  // A kernel without IPv6.
  sockaddr_in any4{};
  any4.sin_family = AF_INET;
  any4.sin_port = htons(address.port);
  info.ai_family = AF_INET;
  info.ai_addr = reinterpret_cast<sockaddr*>(&any4);
  info.ai_addrlen = sizeof(any4);
  return Bind(address, info, false);
}

Result<Listener> BindHost(const ListenAddress& address) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(address.port);
  const int error = ::getaddrinfo(address.host.c_str(), port.c_str(), &hints, &found);
  if (error != 0) {
    return Status(ErrorCode::kIo,
                  "cannot listen on " + address.text + ": " + ::gai_strerror(error));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
  const addrinfo* chosen = found;
  for (const addrinfo* info = found; info != nullptr; info = info->ai_next) {
    if (info->ai_family == AF_INET) {
      chosen = info;
      break;
    }
  }
  // As Go has it, [::] is every address of both kinds.
  const bool both = address.host == "::";
  return Bind(address, *chosen, both);
}

// Whether a socket file is left over from a process that is gone.
bool IsStale(const sockaddr_un& where) {
  struct stat info {};
  if (::lstat(where.sun_path, &info) != 0 || !S_ISSOCK(info.st_mode)) return false;
  const UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!probe) return false;
  const auto* address = reinterpret_cast<const sockaddr*>(&where);
  return ::connect(probe.get(), address, sizeof(where)) != 0 && errno == ECONNREFUSED;
}

Result<Listener> BindUnix(const ListenAddress& address) {
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  std::memcpy(where.sun_path, address.unix_path.data(), address.unix_path.size());
  if (IsStale(where)) ::unlink(where.sun_path);

  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd || ::bind(fd.get(), reinterpret_cast<sockaddr*>(&where), sizeof(where)) != 0) {
    return Failed("cannot listen on", address.text, errno);
  }
  Listener listener(std::move(fd), "unix://" + address.unix_path, address.unix_path);
  if (::listen(listener.fd(), kBacklog) != 0) {
    return Failed("cannot listen on", address.text, errno);
  }
  return listener;
}

std::optional<int> EnvironmentNumber(const char* name) {
  const char* text = std::getenv(name);
  if (text == nullptr) return std::nullopt;
  int number = 0;
  const char* end = text + std::strlen(text);
  const auto [stop, error] = std::from_chars(text, end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

bool ListensForStreams(int fd) {
  int type = 0;
  int accepts = 0;
  socklen_t length = sizeof(int);
  if (::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) != 0) return false;
  length = sizeof(int);
  if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &length) != 0) return false;
  return type == SOCK_STREAM && accepts != 0;
}

}  // namespace

Listener::~Listener() {
  if (!unlink_path_.empty()) ::unlink(unlink_path_.c_str());
}

Result<Listener> OpenListener(const ListenAddress& address) {
  if (!address.unix_path.empty()) return BindUnix(address);
  return address.host.empty() ? BindAny(address) : BindHost(address);
}

Result<std::vector<Listener>> AdoptSystemdListeners() {
  const auto pid = EnvironmentNumber("LISTEN_PID");
  const auto count = EnvironmentNumber("LISTEN_FDS");
  if (pid != ::getpid() || !count || *count < 1) {
    return Status(ErrorCode::kIo, "no socket activation file descriptors found");
  }
  std::vector<Listener> listeners;
  for (int fd = kFirstSystemdFd; fd < kFirstSystemdFd + *count; ++fd) {
    if (!ListensForStreams(fd)) {
      return Status(ErrorCode::kIo, "file descriptor " + std::to_string(fd) +
                                        " of LISTEN_FDS is no listening stream socket");
    }
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
    listeners.emplace_back(UniqueFd(fd), SocketName(fd));
  }
  return listeners;
}

}  // namespace hostpulse::http
