#include "exporter/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "core/unique_fd.h"

namespace hostpulse {
namespace {

std::string_view Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : value;
}

template <typename Number>
std::optional<Number> NumberIn(const char* name) {
  const std::string_view text = Variable(name);
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// A status is one line, whatever it quotes.
std::string OneLine(std::string_view text) {
  std::string line(text);
  for (char& c : line) {
    if (c == '\n') c = ' ';
  }
  return line;
}

}  // namespace

ServiceManager::ServiceManager() : socket_(Variable("NOTIFY_SOCKET")) {
  const auto patience = NumberIn<std::uint64_t>("WATCHDOG_USEC");
  const auto meant_for = NumberIn<pid_t>("WATCHDOG_PID");
  const bool for_us = !meant_for || *meant_for == ::getpid();
  if (patience && *patience > 0 && for_us) {
    watchdog_interval_ = std::chrono::microseconds(*patience / 2);
  }
}

void ServiceManager::Ready(std::string_view status) const {
  Send("READY=1\nSTATUS=" + OneLine(status));
}

// MONOTONIC_USEC is what Type=notify-reload asks for.
void ServiceManager::Reloading() const {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const std::int64_t micros = std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
  Send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(micros));
}

void ServiceManager::Stopping() const {
  Send("STOPPING=1");
}

void ServiceManager::Alive() const {
  Send("WATCHDOG=1");
}

// What cannot be sent is not worth a word: whoever listens notices by himself.
void ServiceManager::Send(const std::string& message) const {
  sockaddr_un address{};
  if (socket_.empty() || socket_.size() >= sizeof(address.sun_path)) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  if (socket_.front() == '@') address.sun_path[0] = '\0';
  const UniqueFd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  (void)::sendto(fd.get(), message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                 reinterpret_cast<const sockaddr*>(&address), length);
}

}  // namespace hostpulse
