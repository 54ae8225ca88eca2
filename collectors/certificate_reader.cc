#include "collectors/certificate_reader.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <memory>

namespace hostpulse::collectors {
namespace {

struct Free {
  void operator()(BIO* x) const { ::BIO_free(x); }
  void operator()(X509* x) const { ::X509_free(x); }
  void operator()(BIGNUM* x) const { ::BN_free(x); }
  void operator()(char* x) const { ::OPENSSL_free(x); }
};
template <typename T>
using Ptr = std::unique_ptr<T, Free>;

Status Damaged(std::string_view what) {
  ::ERR_clear_error();
  return {ErrorCode::kParse, std::string(what)};
}

std::string SubjectOf(const X509* certificate) {
  const Ptr<BIO> out(::BIO_new(::BIO_s_mem()));
  // Control characters and bytes above 0x7F stay escaped: this becomes a label.
  ::X509_NAME_print_ex(out.get(), ::X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253);
  char* data = nullptr;
  const long size = ::BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(std::max(size, 0L))};
}

std::string SerialOf(X509* certificate) {
  const Ptr<BIGNUM> number(::ASN1_INTEGER_to_BN(::X509_get_serialNumber(certificate), nullptr));
  const Ptr<char> text(number ? ::BN_bn2hex(number.get()) : nullptr);
  return text ? text.get() : "";
}

bool ReadTime(const ASN1_TIME* from, WallTime& to) {
  tm time{};
  if (::ASN1_TIME_to_tm(from, &time) != 1) return false;
  to = std::chrono::sys_seconds(std::chrono::seconds(::timegm(&time)));
  return true;
}

Status Add(X509* certificate, std::vector<CertificateInfo>& to) {
  CertificateInfo info;
  info.subject = SubjectOf(certificate);
  info.serial = SerialOf(certificate);
  if (!ReadTime(::X509_get0_notBefore(certificate), info.not_before) ||
      !ReadTime(::X509_get0_notAfter(certificate), info.not_after)) {
    return Damaged("a certificate has a time that is none");
  }
  const bool known = std::any_of(to.begin(), to.end(), [&](const CertificateInfo& each) {
    return each.subject == info.subject && each.serial == info.serial;
  });
  if (known) return {};
  if (to.size() == kMaxCertificatesInFile) return Damaged("more than 256 certificates");
  to.push_back(std::move(info));
  return {};
}

int NoPassword(char*, int, int, void*) {
  return 0;
}

Status AddAllOfPem(std::string_view content, std::vector<CertificateInfo>& to) {
  const Ptr<BIO> in(::BIO_new_mem_buf(content.data(), static_cast<int>(content.size())));
  while (true) {
    const Ptr<X509> certificate(::PEM_read_bio_X509(in.get(), nullptr, &NoPassword, nullptr));
    if (!certificate) break;
    if (Status status = Add(certificate.get(), to); !status) return status;
  }
  const bool at_end = ERR_GET_REASON(::ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ::ERR_clear_error();
  return at_end ? Status() : Damaged("a certificate is damaged");
}

Status AddDer(std::string_view content, std::vector<CertificateInfo>& to) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(content.data());
  const Ptr<X509> certificate(::d2i_X509(nullptr, &bytes, static_cast<long>(content.size())));
  return certificate ? Add(certificate.get(), to) : Damaged("is no certificate");
}

}  // namespace

Result<std::vector<CertificateInfo>> ReadCertificates(std::string_view content) {
  std::vector<CertificateInfo> certificates;
  const bool is_pem = content.find("-----BEGIN ") != content.npos;
  Status status = is_pem ? AddAllOfPem(content, certificates) : AddDer(content, certificates);
  if (!status) return status;
  if (certificates.empty()) return Damaged("holds no certificate");
  return certificates;
}

}  // namespace hostpulse::collectors
