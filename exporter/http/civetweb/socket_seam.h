/* Included before civetweb.c by the compiler (-include): every call that civetweb makes on a socket
 * goes to socket_seam.cc instead, so that the program's own acceptor decides what a connection is.
 * civetweb keeps what it is good at: a pool of workers and the parsing of a whole request.
 *
 * The system's headers come first, so that only calls are renamed, not declarations; the feature
 * macros are civetweb's own. */
#ifndef HOSTPULSE_EXPORTER_HTTP_CIVETWEB_SOCKET_SEAM_H_
#define HOSTPULSE_EXPORTER_HTTP_CIVETWEB_SOCKET_SEAM_H_

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#ifdef __cplusplus
extern "C" {
#endif

int hostpulse_seam_accept(int fd, struct sockaddr* address, socklen_t* length);
int hostpulse_seam_poll(struct pollfd* fds, nfds_t count, int timeout_ms);
ssize_t hostpulse_seam_recv(int fd, void* buffer, size_t length, int flags);
ssize_t hostpulse_seam_send(int fd, const void* data, size_t length, int flags);
int hostpulse_seam_close(int fd);
int hostpulse_seam_getsockname(int fd, struct sockaddr* address, socklen_t* length);

/* Nothing to do: the acceptor has bound and set up the real sockets. */
static inline int hostpulse_seam_done(void) {
  return 0;
}

#ifdef __cplusplus
}
#else

#define accept(fd, address, length) hostpulse_seam_accept(fd, address, length)
#define poll(fds, count, timeout_ms) hostpulse_seam_poll(fds, count, timeout_ms)
#define recv(fd, buffer, length, flags) hostpulse_seam_recv(fd, buffer, length, flags)
#define send(fd, data, length, flags) hostpulse_seam_send(fd, data, length, flags)
#define close(fd) hostpulse_seam_close(fd)
#define getsockname(fd, address, length) hostpulse_seam_getsockname(fd, address, length)
#define bind(fd, address, length) hostpulse_seam_done()
#define listen(fd, backlog) hostpulse_seam_done()
#define shutdown(fd, how) hostpulse_seam_done()
#define setsockopt(fd, level, name, value, length) hostpulse_seam_done()
#define fcntl(fd, ...) hostpulse_seam_done()

/* civetweb's flag to stop is a volatile int that several threads read and write: a data race. Its
 * own cure, STOP_FLAG_NEEDS_LOCK, can set the flag back and then waits for ever. NO_ATOMICS belongs
 * to it: the compilers' older builtins do not take such integers. */
#define volatile _Atomic

#endif
#endif
