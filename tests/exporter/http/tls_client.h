#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>

#include "tests/exporter/http/http_client.h"
#include "tests/exporter/http/test_certificates.h"

namespace hostpulse::http {

// What a client offers; anything not set is OpenSSL's default.
struct TlsClientOptions {
  int min_version = 0;
  int max_version = 0;
  std::string ciphers = {};  // Of TLS 1.2; with security level 0, so that the server decides.
  const TestCertificate* certificate = nullptr;
};

// A TLS client over a bare socket. Does not check who the server is, but says it.
class TlsClient {
 public:
  TlsClient(const std::string& address, const TlsClientOptions& options = {});

  bool connected() const { return connected_; }
  std::string Get(std::string_view path);  // Empty where the server does not answer.
  std::string Version() const { return ::SSL_get_version(ssl_.get()); }
  std::string ServerName() const;  // The common name of its certificate.
  // Connects again with the session of this connection; true if the server took it up.
  bool Resumes(const std::string& address);

 private:
  struct Free {
    void operator()(SSL_CTX* x) const { ::SSL_CTX_free(x); }
    void operator()(SSL* x) const { ::SSL_free(x); }
  };

  RawClient raw_;
  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<SSL, Free> ssl_;
  bool connected_ = false;
};

}  // namespace hostpulse::http
