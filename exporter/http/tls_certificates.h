#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "core/clock.h"
#include "core/result.h"
#include "exporter/http/web_config.h"

namespace hostpulse::http {

struct OpensslFree {
  void operator()(X509* x) const { ::X509_free(x); }
  void operator()(EVP_PKEY* x) const { ::EVP_PKEY_free(x); }
  void operator()(STACK_OF(X509) * x) const { sk_X509_pop_free(x, ::X509_free); }
  void operator()(X509_STORE* x) const { ::X509_STORE_free(x); }
  void operator()(STACK_OF(X509_NAME) * x) const { sk_X509_NAME_pop_free(x, ::X509_NAME_free); }
  void operator()(SSL_CTX* x) const { ::SSL_CTX_free(x); }
  void operator()(BIO* x) const { ::BIO_free(x); }
};
template <typename T>
using OpensslPtr = std::unique_ptr<T, OpensslFree>;

// A certificate, the chain that stands behind it in its file, and its key.
struct CertificatePair {
  OpensslPtr<X509> certificate;
  OpensslPtr<STACK_OF(X509)> chain;
  OpensslPtr<EVP_PKEY> key;
};

// The CAs that clients' certificates may come from, and their names, to be told to clients.
struct ClientCa {
  OpensslPtr<X509_STORE> store;
  OpensslPtr<STACK_OF(X509_NAME)> names;
};

// When it expires; the epoch where it does not say so validly.
WallTime ExpiryOf(const X509* certificate);

// Errors: kInvalid, naming the file; also for a key that does not belong to the certificate, a
// certificate without one, and a file that is larger than 1 MiB.
Result<CertificatePair> LoadCertificatePair(const TlsConfig& config);
Result<ClientCa> LoadClientCa(const PemSource& source);

}  // namespace hostpulse::http
