#pragma once

#include <string>

namespace hostpulse::http {

// A certificate and its key, in PEM, for tests only.
struct TestCertificate {
  std::string certificate;
  std::string key;
};

enum class KeyKind { kEc, kRsa };

// A CA, or with `issuer` a certificate that it has signed. `name` is the common name and, as a DNS
// name, the only subject alternative name.
TestCertificate MakeCertificate(const std::string& name, KeyKind kind = KeyKind::kEc,
                                const TestCertificate* issuer = nullptr);

}  // namespace hostpulse::http
