#pragma once

#include <openssl/x509.h>

#include <string>
#include <vector>

namespace hostpulse::http {

// Whether one of a certificate's subject alternative names (DNS, e-mail, URI, IP address) is among
// those allowed, letter by letter as exporter-toolkit compares them.
bool HasAlternativeName(const X509* certificate, const std::vector<std::string>& allowed);

}  // namespace hostpulse::http
