#pragma once

#include <memory>

#include "core/log/logger.h"
#include "core/result.h"
#include "exporter/http/tls_session.h"
#include "exporter/http/web_config.h"

struct ssl_ctx_st;

namespace hostpulse::http {

// The TLS of a server: versions, ciphers, certificates. Forward secrecy only, no tickets, no
// renegotiation. Certificate, key and client CA are read again when their files have changed; a
// pair that does not fit together leaves the old one in force. One thread at a time.
class TlsContext {
 public:
  // Errors: kInvalid for a file or setting that is wrong, naming it.
  static Result<std::unique_ptr<TlsContext>> Create(const TlsConfig& config, Logger& log);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  // A session over a connected socket; null where memory is out.
  std::unique_ptr<TlsSession> NewSession(int fd);

 private:
  struct Impl;
  explicit TlsContext(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace hostpulse::http
