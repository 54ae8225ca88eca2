#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "exporter/http/io_step.h"

struct ssl_st;

namespace hostpulse::http {

// The TLS of one connection, over a non-blocking socket that it does not own. One thread at a time.
class TlsSession {
 public:
  // Takes ownership of `ssl`, and keeps what that was made from.
  TlsSession(ssl_st* ssl, std::shared_ptr<const void> context);

  // kProgress once the handshake is done.
  IoStep Handshake();
  // Reads at most `length` bytes; `done` says how many where it is kProgress.
  IoStep Read(char* buffer, std::size_t length, std::size_t& done);
  IoStep Write(std::string_view data, std::size_t& done);
  // Sends close_notify, as far as the socket takes it.
  void Shutdown();

  // The client spoke HTTP to the TLS port: it gets a word in plain text.
  bool spoke_http() const { return spoke_http_; }
  // A certificate was presented and its chain leads to the configured CA.
  bool client_certificate() const;

 private:
  IoStep Judge(int result);

  struct Free {
    void operator()(ssl_st* ssl) const;
  };
  const std::shared_ptr<const void> context_;
  std::unique_ptr<ssl_st, Free> ssl_;
  bool established_ = false;
  bool failed_ = false;  // No close_notify after a fatal error.
  bool spoke_http_ = false;
};

}  // namespace hostpulse::http
