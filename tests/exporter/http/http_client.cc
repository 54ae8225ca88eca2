#include "tests/exporter/http/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace hostpulse::http {
namespace {

// Connects `fd`, or a new socket where that is none.
UniqueFd ConnectTo(UniqueFd fd, const sockaddr* address, socklen_t length) {
  if (!fd) fd.reset(::socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(fd.get(), address, length) != 0) {
    std::perror("connect");
    std::abort();
  }
  return fd;
}

UniqueFd Connect(UniqueFd fd, const std::string& address) {
  if (address.starts_with("unix://")) {
    sockaddr_un where{};
    where.sun_family = AF_UNIX;
    std::strncpy(where.sun_path, address.c_str() + 7, sizeof(where.sun_path) - 1);
    return ConnectTo(std::move(fd), reinterpret_cast<sockaddr*>(&where), sizeof(where));
  }
  const std::size_t colon = address.rfind(':');
  const auto port = static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1)));
  if (address.front() == '[') {
    sockaddr_in6 where{};
    where.sin6_family = AF_INET6;
    where.sin6_port = htons(port);
    ::inet_pton(AF_INET6, address.substr(1, colon - 2).c_str(), &where.sin6_addr);
    return ConnectTo(std::move(fd), reinterpret_cast<sockaddr*>(&where), sizeof(where));
  }
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  ::inet_pton(AF_INET, address.substr(0, colon).c_str(), &where.sin_addr);
  return ConnectTo(std::move(fd), reinterpret_cast<sockaddr*>(&where), sizeof(where));
}

std::size_t ContentLength(std::string_view head) {
  const std::string length = HeaderOf(head, "Content-Length");
  return length.empty() ? 0 : std::stoul(length);
}

}  // namespace

RawClient::RawClient(const std::string& address) : fd_(Connect(UniqueFd(), address)) {}
RawClient::RawClient(UniqueFd socket, const std::string& address)
    : fd_(Connect(std::move(socket), address)) {}

bool RawClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void RawClient::FinishSending() {
  ::shutdown(fd(), SHUT_WR);
}

bool RawClient::ReadMore() {
  pollfd poll{fd(), POLLIN, 0};
  const auto timeout = std::chrono::duration_cast<std::chrono::milliseconds>(kNever);
  if (::poll(&poll, 1, static_cast<int>(timeout.count())) <= 0) return false;
  std::array<char, 65536> bytes;
  const ssize_t got = ::recv(fd(), bytes.data(), bytes.size(), 0);
  if (got <= 0) return false;
  buffer_.append(bytes.data(), static_cast<std::size_t>(got));
  return true;
}

std::string RawClient::ReadResponse(bool has_body) {
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == buffer_.npos) {
    if (!ReadMore()) return std::exchange(buffer_, {});
  }
  const std::size_t size = end + 4 + (has_body ? ContentLength(buffer_.substr(0, end + 4)) : 0);
  while (buffer_.size() < size) {
    if (!ReadMore()) return std::exchange(buffer_, {});
  }
  std::string response = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return response;
}

std::string RawClient::ReadAll() {
  while (ReadMore()) {
  }
  return std::exchange(buffer_, {});
}

bool RawClient::IsClosed() {
  pollfd poll{fd(), POLLIN, 0};
  const auto timeout = std::chrono::duration_cast<std::chrono::milliseconds>(kNever);
  if (::poll(&poll, 1, static_cast<int>(timeout.count())) <= 0) return false;
  char byte = 0;
  return ::recv(fd(), &byte, 1, 0) <= 0;
}

std::string Ask(const std::string& address, std::string_view request) {
  RawClient client(address);
  client.Send(request);
  return client.ReadResponse(!request.starts_with("HEAD"));
}

std::string Get(const std::string& address, std::string_view path, std::string_view headers) {
  return Ask(address, "GET " + std::string(path) + " HTTP/1.1\r\nHost: test\r\n" +
                          std::string(headers) + "\r\n");
}

int StatusOf(std::string_view response) {
  if (!response.starts_with("HTTP/1.1 ") || response.size() < 12) return 0;
  return std::atoi(std::string(response.substr(9, 3)).c_str());
}

std::string BodyOf(std::string_view response) {
  const std::size_t end = response.find("\r\n\r\n");
  return end == response.npos ? std::string() : std::string(response.substr(end + 4));
}

std::string HeaderOf(std::string_view response, std::string_view name) {
  const std::string head(response.substr(0, response.find("\r\n\r\n") + 2));
  const std::size_t at = head.find("\r\n" + std::string(name) + ": ");
  if (at == head.npos) return {};
  const std::size_t begin = at + name.size() + 4;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

}  // namespace hostpulse::http
