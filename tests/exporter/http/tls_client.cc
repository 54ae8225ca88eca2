#include "tests/exporter/http/tls_client.h"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>

namespace hostpulse::http {
namespace {

void UseCertificate(SSL_CTX* context, const TestCertificate& pair) {
  BIO* text = ::BIO_new_mem_buf(pair.certificate.data(), -1);
  X509* certificate = ::PEM_read_bio_X509(text, nullptr, nullptr, nullptr);
  BIO* key_text = ::BIO_new_mem_buf(pair.key.data(), -1);
  EVP_PKEY* key = ::PEM_read_bio_PrivateKey(key_text, nullptr, nullptr, nullptr);
  ::SSL_CTX_use_certificate(context, certificate);
  ::SSL_CTX_use_PrivateKey(context, key);
  ::EVP_PKEY_free(key);
  ::X509_free(certificate);
  ::BIO_free(key_text);
  ::BIO_free(text);
}

void LimitWaits(int fd) {
  const timeval limit{static_cast<time_t>(kNever.count()), 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
}

}  // namespace

TlsClient::TlsClient(const std::string& address, const TlsClientOptions& options)
    : raw_(address), context_(::SSL_CTX_new(::TLS_client_method())) {
  LimitWaits(raw_.fd());
  SSL_CTX_set_min_proto_version(context_.get(), options.min_version);
  SSL_CTX_set_max_proto_version(context_.get(), options.max_version);
  ::SSL_CTX_set_security_level(context_.get(), 0);
  if (!options.ciphers.empty()) {
    ::SSL_CTX_set_cipher_list(context_.get(), options.ciphers.c_str());
  }
  if (options.certificate != nullptr) UseCertificate(context_.get(), *options.certificate);
  ssl_.reset(::SSL_new(context_.get()));
  ::SSL_set_fd(ssl_.get(), raw_.fd());
  connected_ = ::SSL_connect(ssl_.get()) == 1;
}

std::string TlsClient::Get(std::string_view path) {
  const std::string request =
      "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  if (!connected_ ||
      ::SSL_write(ssl_.get(), request.data(), static_cast<int>(request.size())) <= 0) {
    return {};
  }
  std::string response;
  std::array<char, 16384> buffer;
  for (int got = 0;
       (got = ::SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()))) > 0;) {
    response.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return response;
}

std::string TlsClient::ServerName() const {
  X509* certificate = ::SSL_get0_peer_certificate(ssl_.get());
  if (certificate == nullptr) return {};
  std::array<char, 256> name{};
  ::X509_NAME_get_text_by_NID(::X509_get_subject_name(certificate), NID_commonName, name.data(),
                              static_cast<int>(name.size()));
  return name.data();
}

bool TlsClient::Resumes(const std::string& address) {
  Get("/hello");  // Tickets of TLS 1.3 come with the first data.
  SSL_SESSION* session = ::SSL_get1_session(ssl_.get());
  const RawClient again(address);
  LimitWaits(again.fd());
  const std::unique_ptr<SSL, Free> ssl(::SSL_new(context_.get()));
  ::SSL_set_fd(ssl.get(), again.fd());
  ::SSL_set_session(ssl.get(), session);
  ::SSL_SESSION_free(session);
  return ::SSL_connect(ssl.get()) == 1 && ::SSL_session_reused(ssl.get()) != 0;
}

}  // namespace hostpulse::http
