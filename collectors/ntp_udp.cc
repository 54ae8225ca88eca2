#include "collectors/ntp_udp.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "collectors/kernel/kernel_file.h"
#include "core/unique_fd.h"

namespace hostpulse::collectors {
namespace {

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

// The first address of an address or a name.
Status Resolve(const std::string& server, std::uint16_t port, int flags, Address& address) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(server.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error != 0) return {ErrorCode::kIo, server + ": " + ::gai_strerror(error)};
  std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
  address.size = found->ai_addrlen;
  ::freeaddrinfo(found);
  return {};
}

class NtpUdp final : public NtpExchange {
 public:
  NtpUdp(std::string server, std::uint16_t port, int ttl)
      : server_(std::move(server)),
        port_(port),
        ttl_(ttl),
        is_name_(!Resolve(server_, port_, AI_NUMERICHOST, address_).ok()) {}

  Status Prepare() override {
    if (is_name_) {
      if (Status status = Resolve(server_, port_, 0, address_); !status) return status;
    }
    const int family = address_.get()->sa_family;
    socket_.reset(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket_) return Failed("socket");
    if (ttl_ != 0) {
      const bool v6 = family == AF_INET6;
      if (!SetOption(v6 ? static_cast<int>(IPPROTO_IPV6) : IPPROTO_IP,
                     v6 ? IPV6_UNICAST_HOPS : IP_TTL, ttl_)) {
        return Failed("set the time to live");
      }
    }
    const timeval one_second{.tv_sec = 1, .tv_usec = 0};
    if (!SetOption(SOL_SOCKET, SO_RCVTIMEO, one_second)) return Failed("set the timeout");
    // Connected, the socket takes nothing from others, and learns that nobody listens there.
    if (::connect(socket_.get(), address_.get(), address_.size) != 0) return Failed("connect");
    return {};
  }

  Result<std::size_t> Ask(std::span<const std::byte> question,
                          std::span<std::byte> answer) override {
    const UniqueFd socket = std::move(socket_);
    if (::send(socket.get(), question.data(), question.size(), MSG_DONTWAIT) < 0) {
      return Failed("send");
    }
    ssize_t got = 0;
    do {
      got = ::recv(socket.get(), answer.data(), answer.size(), 0);
    } while (got < 0 && errno == EINTR);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno == EAGAIN) return {ErrorCode::kTimeout, server_ + ": no answer in 1 s"};
    return Failed("receive");
  }

 private:
  template <typename Value>
  bool SetOption(int level, int option, const Value& value) {
    return ::setsockopt(socket_.get(), level, option, &value, sizeof value) == 0;
  }

  Status Failed(const char* what) const { return kernel::ErrnoStatus(server_, what, errno); }

  const std::string server_;
  const std::uint16_t port_;
  const int ttl_;
  Address address_;
  const bool is_name_;  // Whose address may change.
  UniqueFd socket_;
};

}  // namespace

bool IsLoopbackAddress(const std::string& server) {
  in_addr v4{};
  if (::inet_pton(AF_INET, server.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
  in6_addr v6{};
  if (::inet_pton(AF_INET6, server.c_str(), &v6) != 1) return false;
  return IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
}

std::unique_ptr<NtpExchange> MakeNtpUdp(std::string server, std::uint16_t port, int ttl) {
  return std::make_unique<NtpUdp>(std::move(server), port, ttl);
}

}  // namespace hostpulse::collectors
