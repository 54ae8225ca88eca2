#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/result.h"

namespace hostpulse::collectors {

// What is told of one X.509 certificate.
struct CertificateInfo {
  std::string subject;  // "CN=web-01,O=Example" (RFC 4514).
  std::string serial;   // Hexadecimal, as openssl prints it.
  WallTime not_before{};
  WallTime not_after{};
};

inline constexpr std::size_t kMaxCertificatesInFile = 256;

// The certificates of a file, PEM or DER, each once; keys and whatever else a PEM file holds are
// passed over. Errors: kParse where there is none, one is damaged, or there are more than
// kMaxCertificatesInFile.
Result<std::vector<CertificateInfo>> ReadCertificates(std::string_view content);

}  // namespace hostpulse::collectors
