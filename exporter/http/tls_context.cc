#include "exporter/http/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "exporter/http/client_names.h"
#include "exporter/http/file_stamp.h"
#include "exporter/http/tls_certificates.h"

namespace hostpulse::http {
namespace {

// Ephemeral key exchange and authenticated encryption only. TLS 1.3 has nothing else.
constexpr char kCiphers[] =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr char kGroups[] = "X25519:P-256:P-384";

int ProtocolOf(TlsVersion version) {
  return version == TlsVersion::k12 ? TLS1_2_VERSION : TLS1_3_VERSION;
}

int VerifyModeOf(ClientAuth auth) {
  switch (auth) {
    case ClientAuth::kNone:
      return SSL_VERIFY_NONE;
    case ClientAuth::kRequest:
    case ClientAuth::kVerifyIfGiven:
      return SSL_VERIFY_PEER;
    case ClientAuth::kRequireAny:
    case ClientAuth::kRequireAndVerify:
      return SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
  }
  return SSL_VERIFY_NONE;
}

std::string Join(const std::vector<std::string>& names, const char* otherwise) {
  std::string joined;
  for (const std::string& name : names) joined += (joined.empty() ? "" : ":") + name;
  return joined.empty() ? otherwise : joined;
}

Status Invalid(std::string_view what) {
  ::ERR_clear_error();
  return Status(ErrorCode::kInvalid, "tls_server_config: " + std::string(what));
}

}  // namespace

struct TlsContext::Impl {
  Impl(const TlsConfig& tls, Logger& logger, WebMetrics& web_metrics)
      : config(tls), log(logger), metrics(web_metrics) {}

  std::array<FileStamp, 3> Stamps() const {
    return {StampOf(config.certificate.file), StampOf(config.key.file),
            StampOf(config.client_ca.file)};
  }

  Status Load() {
    auto loaded = LoadCertificatePair(config);
    if (!loaded) return std::move(loaded).status();
    if (!config.client_ca.empty()) {
      auto loaded_ca = LoadClientCa(config.client_ca);
      if (!loaded_ca) return std::move(loaded_ca).status();
      ca = std::move(*loaded_ca);
    }
    pair = std::move(*loaded);
    metrics.NoteCertificate(true, ExpiryOf(pair.certificate.get()));
    return {};
  }

  // Reads the files again if they have changed. What does not fit leaves the old ones in force: it
  // may be half of a change, and the next handshake looks again.
  void Refresh() {
    const std::array<FileStamp, 3> before = std::exchange(stamps, Stamps());
    if (stamps == before) return;
    const Status status = Load();
    if (status) {
      log.Info("took the changed TLS certificate", {{"path", config.certificate.file}});
    } else {
      metrics.NoteCertificate(false, std::nullopt);
      log.Error("kept the old TLS certificate", {{"error", status.message()}});
    }
  }

  static int OnCertificate(SSL* ssl, void* self_pointer) {
    auto* self = static_cast<Impl*>(self_pointer);
    self->Refresh();
    if (self->ca.store) {
      ::SSL_set1_verify_cert_store(ssl, self->ca.store.get());
      ::SSL_set_client_CA_list(ssl, ::SSL_dup_CA_list(self->ca.names.get()));
    }
    const CertificatePair& pair = self->pair;
    return ::SSL_use_cert_and_key(ssl, pair.certificate.get(), pair.key.get(), pair.chain.get(), 1);
  }

  static int OnVerify(int sound, X509_STORE_CTX* store) {
    const auto* ssl = static_cast<SSL*>(
        ::X509_STORE_CTX_get_ex_data(store, ::SSL_get_ex_data_X509_STORE_CTX_idx()));
    const auto* self = static_cast<Impl*>(SSL_CTX_get_app_data(::SSL_get_SSL_CTX(ssl)));
    const ClientAuth auth = self->config.client_auth;
    const bool takes_any = auth == ClientAuth::kRequest || auth == ClientAuth::kRequireAny;
    if (sound != 1 && !takes_any) return 0;
    const auto& allowed = self->config.client_allowed_sans;
    if (allowed.empty() || ::X509_STORE_CTX_get_error_depth(store) != 0) return 1;
    if (HasAlternativeName(::X509_STORE_CTX_get_current_cert(store), allowed)) return 1;
    ::X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
    return 0;
  }

  Status SetUp() {
    context.reset(::SSL_CTX_new(::TLS_server_method()));
    SSL_CTX* c = context.get();
    SSL_CTX_set_app_data(c, this);
    if (SSL_CTX_set_min_proto_version(c, ProtocolOf(config.min_version)) != 1 ||
        SSL_CTX_set_max_proto_version(c, ProtocolOf(config.max_version)) != 1) {
      return Invalid("min_version and max_version leave no version of TLS");
    }
    if (::SSL_CTX_set_cipher_list(c, Join(config.cipher_suites, kCiphers).c_str()) != 1) {
      return Invalid("cipher_suites names no suite that OpenSSL has");
    }
    if (SSL_CTX_set1_groups_list(c, Join(config.curves, kGroups).c_str()) != 1) {
      return Invalid("curve_preferences names a curve that OpenSSL does not have");
    }
    // Tickets would be sealed with one key for the whole life of the process, which TLS 1.2's
    // forward secrecy would hang on.
    ::SSL_CTX_set_options(c, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                                 SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
    ::SSL_CTX_set_num_tickets(c, 0);
    SSL_CTX_set_mode(c, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                            SSL_MODE_RELEASE_BUFFERS);
    ::SSL_CTX_set_verify(c, VerifyModeOf(config.client_auth), &OnVerify);
    ::SSL_CTX_set_cert_cb(c, &OnCertificate, this);
    return {};
  }

  const TlsConfig config;
  Logger& log;
  WebMetrics& metrics;
  OpensslPtr<SSL_CTX> context;
  CertificatePair pair;
  ClientCa ca;
  std::array<FileStamp, 3> stamps;
};

TlsContext::TlsContext(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsContext::~TlsContext() = default;

Result<std::shared_ptr<TlsContext>> TlsContext::Create(const TlsConfig& config, Logger& log,
                                                       WebMetrics& metrics) {
  auto impl = std::make_unique<Impl>(config, log, metrics);
  impl->stamps = impl->Stamps();
  if (Status status = impl->Load(); !status) return status;
  if (Status status = impl->SetUp(); !status) return status;
  return std::shared_ptr<TlsContext>(new TlsContext(std::move(impl)));
}

std::unique_ptr<TlsSession> TlsContext::NewSession(std::shared_ptr<TlsContext> context, int fd) {
  SSL* ssl = ::SSL_new(context->impl_->context.get());
  if (ssl == nullptr) return nullptr;
  auto session = std::make_unique<TlsSession>(ssl, std::move(context));
  if (::SSL_set_fd(ssl, fd) != 1) return nullptr;
  return session;
}

}  // namespace hostpulse::http
