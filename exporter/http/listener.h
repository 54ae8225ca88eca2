#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "core/unique_fd.h"
#include "exporter/http/listen_address.h"

namespace hostpulse::http {

// A bound, listening, non-blocking stream socket. Removes the file of a unix socket it has made
// when it is destroyed. Not thread safe.
class Listener {
 public:
  Listener(UniqueFd fd, std::string name, std::string unlink_path = {})
      : fd_(std::move(fd)), name_(std::move(name)), unlink_path_(std::move(unlink_path)) {}
  Listener(Listener&& other) noexcept
      : fd_(std::move(other.fd_)),
        name_(std::move(other.name_)),
        unlink_path_(std::exchange(other.unlink_path_, {})) {}
  Listener& operator=(Listener&&) = delete;
  ~Listener();

  int fd() const { return fd_.get(); }
  // With the real port: "127.0.0.1:34567", "[::]:9100", "unix:///run/hostpulse.sock".
  const std::string& name() const { return name_; }

 private:
  UniqueFd fd_;
  std::string name_;
  std::string unlink_path_;
};

// Binds and listens. A host name stands for its first address, IPv4 before IPv6, as Go's does; an
// empty host for every address of both kinds. A unix socket that nobody answers on any more is
// replaced.
// Errors: kIo, naming the address and why.
Result<Listener> OpenListener(const ListenAddress& address);

// The sockets that systemd hands over (LISTEN_PID, LISTEN_FDS), in its order.
// Errors: kIo where there are none, or one does not listen for streams.
Result<std::vector<Listener>> AdoptSystemdListeners();

}  // namespace hostpulse::http
