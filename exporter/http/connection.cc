#include "exporter/http/connection.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace hostpulse::http {
namespace {

constexpr std::size_t kReadSize = 4096;
// What a client may still send after it was told that the connection ends.
constexpr std::size_t kMaxDrained = std::size_t{256} * 1024;

bool WouldBlock(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

}  // namespace

Connection::Connection(UniqueFd fd, Peer peer, std::unique_ptr<TlsSession> tls,
                       const RequestLimits& limits)
    : fd_(std::move(fd)), peer_(std::move(peer)), tls_(std::move(tls)), framer_(limits) {}

IoStep Connection::Receive() {
  std::array<char, kReadSize> buffer;
  if (tls_) {
    std::size_t done = 0;
    const IoStep step = tls_->Read(buffer.data(), buffer.size(), done);
    if (step == IoStep::kProgress) input_.append(buffer.data(), done);
    return step;
  }
  const ssize_t got = ::recv(fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (got < 0) return WouldBlock(errno) ? IoStep::kWantRead : IoStep::kEnd;
  if (got == 0) return IoStep::kEnd;
  input_.append(buffer.data(), static_cast<std::size_t>(got));
  filled_buffer_ = static_cast<std::size_t>(got) == buffer.size();
  return IoStep::kProgress;
}

RequestFramer::State Connection::Frame() {
  // RFC 9112 asks for patience with an empty line before a request.
  if (!framer_.started() && input_.starts_with("\r\n")) input_.erase(0, 2);
  const RequestFramer::State framed = framer_.Advance(input_);
  if (framed == RequestFramer::State::kComplete && framer_.absolute_size() > 0) {
    input_.erase(framer_.absolute_at(), framer_.absolute_size());
  }
  if (framed == RequestFramer::State::kIncomplete && framer_.TakeContinue()) {
    body_ = "HTTP/1.1 100 Continue\r\n\r\n";
    Flush();
    body_.clear();
    sent_ = 0;
  }
  return framed;
}

std::size_t Connection::TakeRequestBytes(char* buffer, std::size_t length) {
  const std::size_t size = std::min(request_size() - taken_, length);
  std::memcpy(buffer, input_.data() + taken_, size);
  taken_ += size;
  return size;
}

void Connection::Respond(std::string head, std::string body, bool keep_alive) {
  head_ = std::move(head);
  body_ = std::move(body);
  keep_alive_ = keep_alive;
  responded_ = true;
  if (tls_) body_.insert(0, std::exchange(head_, {}));  // One record instead of two.
  if (Flush() == IoStep::kEnd) keep_alive_ = false;
}

IoStep Connection::Flush() {
  while (unsent() > 0) {
    const std::string_view head = std::string_view(head_).substr(std::min(sent_, head_.size()));
    const std::size_t body_sent = sent_ > head_.size() ? sent_ - head_.size() : 0;
    const IoStep step = Write(head, std::string_view(body_).substr(body_sent));
    if (step != IoStep::kProgress) return step;
  }
  return IoStep::kProgress;
}

IoStep Connection::Write(std::string_view first, std::string_view second) {
  if (tls_) {
    std::size_t done = 0;
    const IoStep step = tls_->Write(first.empty() ? second : first, done);
    sent_ += done;
    return step;
  }
  std::array<iovec, 2> parts = {{{const_cast<char*>(first.data()), first.size()},
                                 {const_cast<char*>(second.data()), second.size()}}};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  const ssize_t sent = ::sendmsg(fd(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0) return WouldBlock(errno) ? IoStep::kWantWrite : IoStep::kEnd;
  sent_ += static_cast<std::size_t>(sent);
  return IoStep::kProgress;
}

void Connection::FinishRequest() {
  input_.erase(0, request_size());
  if (input_.empty()) input_ = std::string();  // An idle connection holds no memory.
  head_ = std::string();
  body_ = std::string();
  sent_ = taken_ = 0;
  responded_ = keep_alive_ = false;
  framer_.Reset();
}

IoStep Connection::Drain() {
  if (!std::exchange(shut_, true)) {
    input_ = std::string();
    if (tls_) tls_->Shutdown();
    ::shutdown(fd(), SHUT_WR);
  }
  std::array<char, kReadSize> buffer;
  for (;;) {
    const ssize_t got = ::recv(fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0 && WouldBlock(errno)) return IoStep::kWantRead;
    if (got <= 0) return IoStep::kEnd;
    drained_ += static_cast<std::size_t>(got);
    if (drained_ > kMaxDrained) return IoStep::kEnd;
  }
}

}  // namespace hostpulse::http
