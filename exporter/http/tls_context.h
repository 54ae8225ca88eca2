#pragma once

#include <memory>

#include "core/log/logger.h"
#include "core/result.h"
#include "exporter/http/tls_session.h"
#include "exporter/http/web_config.h"
#include "exporter/http/web_metrics.h"

struct ssl_ctx_st;

namespace hostpulse::http {

// The TLS of a server: versions, ciphers, certificates. Forward secrecy only, no tickets, no
// renegotiation. Certificate, key and client CA are read again when their files have changed; a
// pair that does not fit together leaves the old one in force. One thread at a time.
class TlsContext {
 public:
  // Errors: kInvalid for a file or setting that is wrong, naming it.
  // Logger and metrics outlive it and its sessions.
  static Result<std::shared_ptr<TlsContext>> Create(const TlsConfig& config, Logger& log,
                                                    WebMetrics& metrics);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  // A session over a connected socket, which keeps the context; null where memory is out.
  static std::unique_ptr<TlsSession> NewSession(std::shared_ptr<TlsContext> context, int fd);

 private:
  struct Impl;
  explicit TlsContext(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace hostpulse::http
