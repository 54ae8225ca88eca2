#include "tests/support/scripted_receiver.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace hostpulse::test {
namespace {

constexpr std::string_view kHeaderEnd = "\r\n\r\n";

std::string Lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return text;
}

bool SendAll(int fd, std::string_view data) {
  while (!data.empty()) {
    const ssize_t sent = ::send(fd, data.data(), data.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    data.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

// Reads until `buffer` holds at least `size` bytes; false where the other side left.
bool ReadUpTo(int fd, std::string& buffer, std::size_t size) {
  std::array<char, 16384> chunk{};
  while (buffer.size() < size) {
    const ssize_t got = ::recv(fd, chunk.data(), chunk.size(), 0);
    if (got <= 0) return false;
    buffer.append(chunk.data(), static_cast<std::size_t>(got));
  }
  return true;
}

void ParseHead(std::string_view head, ReceivedRequest& request) {
  std::size_t end = head.find("\r\n");
  const std::string_view line = head.substr(0, end);
  const std::size_t first = line.find(' ');
  request.method = line.substr(0, first);
  request.target = line.substr(first + 1, line.rfind(' ') - first - 1);
  while (end != head.npos) {
    head.remove_prefix(end + 2);
    end = head.find("\r\n");
    const std::string_view header = head.substr(0, end);
    const std::size_t colon = header.find(": ");
    if (colon == header.npos) continue;
    request.headers[Lower(std::string(header.substr(0, colon)))] = header.substr(colon + 2);
  }
}

// Takes one request off the front of the connection; `buffer` keeps what comes after it.
bool ReadRequest(int fd, std::string& buffer, ReceivedRequest& request) {
  std::size_t end = 0;
  while ((end = buffer.find(kHeaderEnd)) == std::string::npos) {
    if (!ReadUpTo(fd, buffer, buffer.size() + 1)) return false;
  }
  ParseHead(std::string_view(buffer).substr(0, end), request);
  buffer.erase(0, end + kHeaderEnd.size());
  const std::size_t length = std::strtoul(request.headers["content-length"].c_str(), nullptr, 10);
  if (!ReadUpTo(fd, buffer, length)) return false;
  request.body = buffer.substr(0, length);
  buffer.erase(0, length);
  request.at = std::chrono::steady_clock::now();
  return true;
}

std::string HeadOf(const ScriptedAnswer& answer) {
  std::string head = "HTTP/1.1 " + std::to_string(answer.status) + " Scripted\r\n";
  for (const std::string& header : answer.headers) head += header + "\r\n";
  if (answer.endless) return head + "Transfer-Encoding: chunked\r\n\r\n";
  if (answer.status != 204) {
    head += "Content-Length: " + std::to_string(answer.body.size()) + "\r\n";
  }
  return head + "\r\n";
}

void ResetOnClose(int fd) {
  const linger now{1, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

}  // namespace

ScriptedReceiver::ScriptedReceiver() {
  listener_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_.get(), generic, size) != 0 || ::listen(listener_.get(), 16) != 0 ||
      ::getsockname(listener_.get(), generic, &size) != 0) {
    std::abort();
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

ScriptedReceiver::~ScriptedReceiver() {
  ending_ = true;
  ::shutdown(listener_.get(), SHUT_RDWR);
  acceptor_.join();
  {
    const std::lock_guard lock(mutex_);
    for (const UniqueFd& socket : sockets_) ::shutdown(socket.get(), SHUT_RDWR);
  }
  arrived_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

std::string ScriptedReceiver::Url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + path;
}

void ScriptedReceiver::Script(std::deque<ScriptedAnswer> answers) {
  const std::lock_guard lock(mutex_);
  script_ = std::move(answers);
}

void ScriptedReceiver::SetUsual(ScriptedAnswer answer) {
  const std::lock_guard lock(mutex_);
  usual_ = std::move(answer);
}

std::vector<ReceivedRequest> ScriptedReceiver::Requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

bool ScriptedReceiver::WaitForRequests(std::size_t count) const {
  std::unique_lock lock(mutex_);
  return arrived_.wait_for(lock, std::chrono::seconds(10),
                           [&] { return requests_.size() >= count; });
}

void ScriptedReceiver::Accept() {
  while (true) {
    const int fd = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0 && errno == EINTR) continue;
    if (fd < 0) return;
    const int connection = ++connections_;
    const std::lock_guard lock(mutex_);
    sockets_.emplace_back(fd);
    workers_.emplace_back([this, fd, connection] { Serve(fd, connection); });
  }
}

void ScriptedReceiver::Serve(int fd, int connection) {
  std::string buffer;
  while (true) {
    ReceivedRequest request;
    if (!ReadRequest(fd, buffer, request)) break;
    request.connection = connection;
    if (!Answer(fd, Take(std::move(request)))) break;
  }
  const std::lock_guard lock(mutex_);
  std::erase_if(sockets_, [&](const UniqueFd& socket) { return socket.get() == fd; });
}

ScriptedAnswer ScriptedReceiver::Take(ReceivedRequest request) {
  const std::lock_guard lock(mutex_);
  requests_.push_back(std::move(request));
  arrived_.notify_all();
  if (script_.empty()) return usual_;
  ScriptedAnswer answer = std::move(script_.front());
  script_.pop_front();
  return answer;
}

bool ScriptedReceiver::Answer(int fd, const ScriptedAnswer& answer) {
  if (answer.delay.count() > 0) {
    std::unique_lock lock(mutex_);
    arrived_.wait_for(lock, answer.delay, [this] { return ending_.load(); });
  }
  if (answer.reset) {
    ResetOnClose(fd);
    return false;
  }
  if (!answer.raw.empty()) {
    SendAll(fd, answer.raw);
    return false;
  }
  if (!SendAll(fd, HeadOf(answer))) return false;
  if (!answer.endless) return SendAll(fd, answer.body);
  const std::string chunk = "1000\r\n" + std::string(0x1000, 'x') + "\r\n";
  while (!ending_ && SendAll(fd, chunk)) {
  }
  return false;
}

}  // namespace hostpulse::test
