#include "tests/exporter/http/test_certificates.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

namespace hostpulse::http {
namespace {

struct Free {
  void operator()(BIO* x) const { ::BIO_free(x); }
  void operator()(EVP_PKEY* x) const { ::EVP_PKEY_free(x); }
  void operator()(X509* x) const { ::X509_free(x); }
};
template <typename T>
using Ptr = std::unique_ptr<T, Free>;

void Check(bool sound) {
  if (sound) return;
  std::fputs("cannot make a test certificate\n", stderr);
  std::abort();
}

std::string TextOf(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

Ptr<BIO> Bio(const std::string& text) {
  return Ptr<BIO>(::BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

void AddExtension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  ::X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = ::X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  Check(extension != nullptr);
  ::X509_add_ext(certificate, extension, -1);
  ::X509_EXTENSION_free(extension);
}

}  // namespace

TestCertificate MakeCertificate(const std::string& name, KeyKind kind,
                                const TestCertificate* issuer) {
  const Ptr<EVP_PKEY> key(kind == KeyKind::kEc ? EVP_EC_gen("P-256") : EVP_RSA_gen(2048));
  Ptr<X509> certificate(::X509_new());
  Check(key && certificate);
  X509* c = certificate.get();
  static long serial = 0;
  ::X509_set_version(c, X509_VERSION_3);
  ::ASN1_INTEGER_set(::X509_get_serialNumber(c), ++serial);
  ::X509_gmtime_adj(X509_getm_notBefore(c), -3600);
  ::X509_gmtime_adj(X509_getm_notAfter(c), 86400);
  ::X509_set_pubkey(c, key.get());
  ::X509_NAME_add_entry_by_txt(::X509_get_subject_name(c), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);

  Ptr<X509> issuer_certificate;
  Ptr<EVP_PKEY> issuer_key;
  if (issuer != nullptr) {
    issuer_certificate.reset(
        ::PEM_read_bio_X509(Bio(issuer->certificate).get(), nullptr, nullptr, nullptr));
    issuer_key.reset(::PEM_read_bio_PrivateKey(Bio(issuer->key).get(), nullptr, nullptr, nullptr));
    Check(issuer_certificate && issuer_key);
  }
  X509* signer = issuer != nullptr ? issuer_certificate.get() : c;
  ::X509_set_issuer_name(c, ::X509_get_subject_name(signer));
  if (issuer == nullptr) AddExtension(c, signer, NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(c, signer, NID_subject_alt_name, "DNS:" + name);
  Check(::X509_sign(c, issuer != nullptr ? issuer_key.get() : key.get(), ::EVP_sha256()) > 0);

  const Ptr<BIO> certificate_text(::BIO_new(::BIO_s_mem()));
  const Ptr<BIO> key_text(::BIO_new(::BIO_s_mem()));
  Check(::PEM_write_bio_X509(certificate_text.get(), c) == 1);
  Check(::PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                   nullptr) == 1);
  return {TextOf(certificate_text.get()), TextOf(key_text.get())};
}

}  // namespace hostpulse::http
