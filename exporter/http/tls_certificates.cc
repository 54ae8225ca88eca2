#include "exporter/http/tls_certificates.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <system_error>
#include <utility>

namespace hostpulse::http {
namespace {

constexpr std::size_t kMaxPemBytes = 1 << 20;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

std::string NameOf(const PemSource& source, std::string_view what) {
  return source.file.empty() ? std::string(what) : source.file;
}

Status Invalid(const std::string& name, std::string_view why) {
  ::ERR_clear_error();
  return Status(ErrorCode::kInvalid, name + ": " + std::string(why));
}

Result<std::string> ReadSource(const PemSource& source) {
  if (source.file.empty()) return source.text;
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(source.file.c_str(), "rbe"));
  if (!file) return Invalid(source.file, std::generic_category().message(errno));
  std::string text(kMaxPemBytes + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get())) return Invalid(source.file, "cannot be read");
  if (text.size() > kMaxPemBytes) return Invalid(source.file, "is larger than 1 MiB");
  return text;
}

OpensslPtr<BIO> MemoryBio(const std::string& text) {
  return OpensslPtr<BIO>(::BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// A key that needs a password cannot be used by a program that has nobody to ask.
int NoPassword(char*, int, int, void*) {
  return 0;
}

Result<OpensslPtr<STACK_OF(X509)>> ReadCertificates(const PemSource& source,
                                                    std::string_view what) {
  auto text = ReadSource(source);
  if (!text) return std::move(text).status();
  const auto bio = MemoryBio(*text);
  OpensslPtr<STACK_OF(X509)> certificates(sk_X509_new_null());
  while (X509* next = ::PEM_read_bio_X509(bio.get(), nullptr, &NoPassword, nullptr)) {
    sk_X509_push(certificates.get(), next);
  }
  const bool at_end = ERR_GET_REASON(::ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ::ERR_clear_error();
  if (sk_X509_num(certificates.get()) == 0 || !at_end) {
    return Invalid(NameOf(source, what), "holds no valid PEM certificate");
  }
  return certificates;
}

Result<OpensslPtr<EVP_PKEY>> ReadKey(const PemSource& source) {
  auto text = ReadSource(source);
  if (!text) return std::move(text).status();
  const auto bio = MemoryBio(*text);
  OpensslPtr<EVP_PKEY> key(::PEM_read_bio_PrivateKey(bio.get(), nullptr, &NoPassword, nullptr));
  ::OPENSSL_cleanse(text->data(), text->size());
  if (!key) return Invalid(NameOf(source, "key"), "holds no PEM private key without a password");
  return key;
}

}  // namespace

WallTime ExpiryOf(const X509* certificate) {
  tm time{};
  if (::ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &time) != 1) return WallTime{};
  return std::chrono::sys_seconds(std::chrono::seconds(::timegm(&time)));
}

Result<CertificatePair> LoadCertificatePair(const TlsConfig& config) {
  auto certificates = ReadCertificates(config.certificate, "cert");
  if (!certificates) return std::move(certificates).status();
  auto key = ReadKey(config.key);
  if (!key) return std::move(key).status();

  CertificatePair pair;
  pair.certificate.reset(sk_X509_shift(certificates->get()));
  pair.chain = std::move(*certificates);
  pair.key = std::move(*key);
  if (::X509_check_private_key(pair.certificate.get(), pair.key.get()) != 1) {
    return Invalid(NameOf(config.key, "key"), "does not belong to the certificate");
  }
  return pair;
}

Result<ClientCa> LoadClientCa(const PemSource& source) {
  auto certificates = ReadCertificates(source, "client_ca");
  if (!certificates) return std::move(certificates).status();
  ClientCa ca;
  ca.store.reset(::X509_STORE_new());
  ca.names.reset(sk_X509_NAME_new_null());
  for (int i = 0; i < sk_X509_num(certificates->get()); ++i) {
    X509* certificate = sk_X509_value(certificates->get(), i);
    ::X509_STORE_add_cert(ca.store.get(), certificate);
    sk_X509_NAME_push(ca.names.get(), ::X509_NAME_dup(::X509_get_subject_name(certificate)));
  }
  return ca;
}

}  // namespace hostpulse::http
