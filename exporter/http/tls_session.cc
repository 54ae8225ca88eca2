#include "exporter/http/tls_session.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace hostpulse::http {

void TlsSession::Free::operator()(ssl_st* ssl) const {
  ::SSL_free(ssl);
}

TlsSession::TlsSession(ssl_st* ssl, std::shared_ptr<const void> context)
    : context_(std::move(context)), ssl_(ssl) {}

IoStep TlsSession::Judge(int result) {
  switch (::SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_NONE:
      return IoStep::kProgress;
    case SSL_ERROR_WANT_READ:
      return IoStep::kWantRead;
    case SSL_ERROR_WANT_WRITE:
      return IoStep::kWantWrite;
    case SSL_ERROR_ZERO_RETURN:
      return IoStep::kEnd;
    default:
      spoke_http_ = ERR_GET_REASON(::ERR_peek_error()) == SSL_R_HTTP_REQUEST;
      failed_ = true;
      ::ERR_clear_error();
      return IoStep::kEnd;
  }
}

IoStep TlsSession::Handshake() {
  if (established_) return IoStep::kProgress;
  ::ERR_clear_error();
  const IoStep step = Judge(::SSL_accept(ssl_.get()));
  established_ = step == IoStep::kProgress;
  return step;
}

IoStep TlsSession::Read(char* buffer, std::size_t length, std::size_t& done) {
  ::ERR_clear_error();
  return Judge(::SSL_read_ex(ssl_.get(), buffer, length, &done));
}

IoStep TlsSession::Write(std::string_view data, std::size_t& done) {
  ::ERR_clear_error();
  return Judge(::SSL_write_ex(ssl_.get(), data.data(), data.size(), &done));
}

void TlsSession::Shutdown() {
  if (!established_ || failed_) return;
  ::ERR_clear_error();
  ::SSL_shutdown(ssl_.get());
  ::ERR_clear_error();
}

bool TlsSession::client_certificate() const {
  return ::SSL_get0_peer_certificate(ssl_.get()) != nullptr &&
         ::SSL_get_verify_result(ssl_.get()) == X509_V_OK;
}

}  // namespace hostpulse::http
