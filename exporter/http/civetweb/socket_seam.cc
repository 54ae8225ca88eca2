#include "exporter/http/civetweb/socket_seam.h"

#include <netinet/in.h>

#include <cerrno>
#include <cstring>

#include "exporter/http/acceptor.h"
#include "exporter/http/civetweb/seam_scope.h"

namespace hostpulse::http {
namespace {

// civetweb's calls carry a descriptor and nothing else, so what they belong to is found by the
// thread they are made on: each of civetweb's threads serves one acceptor all its life, and a
// worker one connection at a time. Thread-local, hence no lock and nothing shared.
thread_local Acceptor* acceptor_here = nullptr;
thread_local bool is_worker_here = false;
thread_local Connection* connection_here = nullptr;

}  // namespace

SeamScope::SeamScope(Acceptor& acceptor) : before_(acceptor_here) {
  acceptor_here = &acceptor;
}
SeamScope::~SeamScope() {
  acceptor_here = before_;
}

void EnterSeam(Acceptor& acceptor, bool as_worker) {
  acceptor_here = &acceptor;
  is_worker_here = as_worker;
}

Connection* SeamConnection() {
  return connection_here;
}

}  // namespace hostpulse::http

using hostpulse::http::acceptor_here;
using hostpulse::http::connection_here;
using hostpulse::http::is_worker_here;

extern "C" {

// Every peer looks like this to civetweb; who it really is, the connection knows.
static void WriteLoopback(sockaddr* address, socklen_t* length) {
  sockaddr_in loopback{};
  loopback.sin_family = AF_INET;
  loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  *length = static_cast<socklen_t>(sizeof(loopback));
  std::memcpy(address, &loopback, sizeof(loopback));
}

int hostpulse_seam_accept(int, sockaddr* address, socklen_t* length) {
  auto* connection = acceptor_here != nullptr ? acceptor_here->TakeRequest() : nullptr;
  if (connection == nullptr) {
    errno = EAGAIN;
    return -1;
  }
  WriteLoopback(address, length);
  return connection->fd();
}

// The master waits for requests here. Workers wait for nothing: their request has come in whole,
// and answers are taken off them whole.
int hostpulse_seam_poll(pollfd* fds, nfds_t count, int) {
  if (!is_worker_here && (acceptor_here == nullptr || !acceptor_here->WaitForRequest())) return 0;
  for (nfds_t i = 0; i < count; ++i) fds[i].revents = fds[i].events & (POLLIN | POLLOUT);
  return static_cast<int>(count);
}

ssize_t hostpulse_seam_recv(int fd, void* buffer, size_t length, int) {
  if (connection_here == nullptr) connection_here = acceptor_here->Find(fd);
  if (connection_here == nullptr) return 0;
  return static_cast<ssize_t>(
      connection_here->TakeRequestBytes(static_cast<char*>(buffer), length));
}

// Answers do not come this way; what civetweb might say of its own accord ends the connection.
ssize_t hostpulse_seam_send(int, const void*, size_t length, int) {
  return static_cast<ssize_t>(length);
}

int hostpulse_seam_close(int fd) {
  // The number that civetweb takes for its listening socket is not one of the acceptor's.
  if (connection_here == nullptr && acceptor_here->Find(fd) == nullptr) return ::close(fd);
  connection_here = nullptr;
  acceptor_here->Return(fd);
  return 0;
}

int hostpulse_seam_getsockname(int, sockaddr* address, socklen_t* length) {
  WriteLoopback(address, length);
  return 0;
}
}
