#include "collectors/http_client.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include "collectors/kernel/kernel_file.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kContentLength = "Content-Length";
constexpr std::string_view kHeadEnd = "\r\n\r\n";
constexpr std::size_t kFirstRoom = 4096;

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

// The value of the first header of this name, or nothing.
std::optional<std::string_view> Header(std::string_view head, std::string_view name) {
  kernel::LineScanner lines(head);
  for (std::string_view line; lines.Next(line);) {
    const std::size_t colon = line.find(':');
    if (colon == line.npos || !EqualsIgnoringCase(line.substr(0, colon), name)) continue;
    return kernel::Trim(line.substr(colon + 1));
  }
  return std::nullopt;
}

// The code in "HTTP/1.1 200 OK"; 0 where that is no such line.
int StatusCode(std::string_view head) {
  if (!head.starts_with("HTTP/1.")) return 0;
  kernel::FieldScanner fields(kernel::Trim(head.substr(0, head.find('\n'))));
  fields.Skip(1);
  return fields.NextNumber<std::uint16_t>().value_or(0);
}

}  // namespace

HttpClient::HttpClient(HttpEndpoint endpoint, const Clock& clock, HttpLimits limits)
    : endpoint_(std::move(endpoint)), clock_(clock), limits_(limits) {}

Result<std::string_view> HttpClient::Post(std::string_view content_type, std::string_view body) {
  request_.clear();
  request_.append("POST ").append(endpoint_.target).append(" HTTP/1.0\r\nHost: ");
  request_.append(endpoint_.host_header).append("\r\nContent-Type: ").append(content_type);
  request_.append("\r\nConnection: close\r\nContent-Length: ").append(std::to_string(body.size()));
  if (!endpoint_.authorization.empty()) {
    request_.append("\r\nAuthorization: ").append(endpoint_.authorization);
  }
  request_.append(kHeadEnd).append(body);

  deadline_ = clock_.Monotonic() + limits_.time;
  Status status = Connect();
  if (status.ok()) status = Send();
  if (status.ok()) status = Receive();
  socket_.reset();
  if (!status) return status;
  return BodyOfAnswer();
}

Status HttpClient::Connect() {
  if (endpoint_.socket.empty()) return ConnectByName();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (endpoint_.socket.size() >= sizeof address.sun_path) {
    return ErrnoError("connect", ENAMETOOLONG);
  }
  std::memcpy(address.sun_path, endpoint_.socket.data(), endpoint_.socket.size());
  return ConnectTo(AF_UNIX, &address, sizeof address);
}

Status HttpClient::ConnectByName() {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(endpoint_.host.c_str(), endpoint_.port.c_str(), &wanted, &found);
  if (error != 0) return Error(ErrorCode::kIo, ::gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list(found, ::freeaddrinfo);
  Status status;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    status = ConnectTo(one->ai_family, one->ai_addr, one->ai_addrlen);
    if (status.ok()) break;
  }
  return status;
}

Status HttpClient::ConnectTo(int family, const void* address, unsigned size) {
  socket_.reset(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket_) return ErrnoError("socket", errno);
  if (::connect(socket_.get(), static_cast<const sockaddr*>(address), size) == 0) return {};
  if (errno != EINPROGRESS) return ErrnoError("connect", errno);
  if (Status status = Await(POLLOUT, "connect"); !status) return status;
  int error = 0;
  socklen_t error_size = sizeof error;
  ::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &error_size);
  return error == 0 ? Status() : ErrnoError("connect", error);
}

Status HttpClient::Send() {
  for (std::string_view rest = request_; !rest.empty();) {
    const ssize_t sent = ::send(socket_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      if (Status status = Await(POLLOUT, "send"); !status) return status;
    } else if (errno != EINTR) {
      return ErrnoError("send", errno);
    }
  }
  return {};
}

Status HttpClient::Receive() {
  const std::size_t most = limits_.head_bytes + limits_.body_bytes;
  size_ = 0;
  while (true) {
    if (size_ == most) return Error(ErrorCode::kParse, "answer too long");
    if (size_ == answer_.size()) {
      answer_.resize(std::min(most, std::max(kFirstRoom, answer_.size() * 2)));
    }
    if (Status status = Await(POLLIN, "receive"); !status) return status;
    const ssize_t got =
        ::recv(socket_.get(), answer_.data() + size_, answer_.size() - size_, MSG_DONTWAIT);
    if (got == 0) return {};
    if (got > 0) {
      size_ += static_cast<std::size_t>(got);
      if (IsComplete()) return {};
    } else if (errno != EINTR && errno != EAGAIN) {
      return ErrnoError("receive", errno);
    }
  }
}

std::string_view HttpClient::HeadOfAnswer() const {
  const auto start = std::string_view(answer_).substr(0, std::min(size_, limits_.head_bytes));
  const std::size_t end = start.find(kHeadEnd);
  return end == start.npos ? std::string_view() : start.substr(0, end);
}

// Not every server closes the connection after its answer.
bool HttpClient::IsComplete() const {
  const std::string_view head = HeadOfAnswer();
  const auto length = kernel::ParseNumber<std::uint64_t>(Header(head, kContentLength).value_or(""));
  return length && size_ - head.size() - kHeadEnd.size() >= *length;
}

Result<std::string_view> HttpClient::BodyOfAnswer() const {
  const std::string_view answer = std::string_view(answer_).substr(0, size_);
  const std::string_view head = HeadOfAnswer();
  if (head.empty()) return Error(ErrorCode::kParse, "no head of HTTP in the answer");
  std::string_view body = answer.substr(head.size() + kHeadEnd.size());

  const int code = StatusCode(head);
  if (code == 0) return Error(ErrorCode::kParse, "no status of HTTP in the answer");
  if (code != 200) {
    const ErrorCode kind = code == 401 || code == 403 ? ErrorCode::kPermission : ErrorCode::kIo;
    return Error(kind, "HTTP status " + std::to_string(code));
  }
  if (Header(head, "Transfer-Encoding")) return Error(ErrorCode::kParse, "answer is encoded");
  if (const auto text = Header(head, kContentLength)) {
    const auto length = kernel::ParseNumber<std::uint64_t>(*text);
    if (!length || *length > body.size()) return Error(ErrorCode::kParse, "answer is cut off");
    body = body.substr(0, *length);
  }
  return body;
}

Status HttpClient::Await(short events, const char* what) const {
  while (true) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline_ - clock_.Monotonic()).count();
    if (left <= 0) return Error(ErrorCode::kTimeout, std::string(what) + ": no answer in time");
    pollfd waited = {socket_.get(), events, 0};
    const int ready = ::poll(&waited, 1, static_cast<int>(left));
    if (ready > 0) return {};
    if (ready == 0) return Error(ErrorCode::kTimeout, std::string(what) + ": no answer in time");
    if (errno != EINTR) return ErrnoError("poll", errno);
  }
}

Status HttpClient::Error(ErrorCode code, std::string_view what) const {
  return {code, endpoint_.shown + ": " + std::string(what)};
}

Status HttpClient::ErrnoError(const char* what, int error) const {
  return kernel::ErrnoStatus(endpoint_.shown, what, error);
}

}  // namespace hostpulse::collectors
