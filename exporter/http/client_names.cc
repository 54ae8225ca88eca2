#include "exporter/http/client_names.h"

#include <arpa/inet.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>

namespace hostpulse::http {
namespace {

std::string TextOf(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(::ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(::ASN1_STRING_length(text))};
}

std::string AddressOf(const ASN1_STRING* bytes) {
  const int length = ::ASN1_STRING_length(bytes);
  if (length != 4 && length != 16) return {};
  char text[INET6_ADDRSTRLEN];
  const int family = length == 4 ? AF_INET : AF_INET6;
  ::inet_ntop(family, ::ASN1_STRING_get0_data(bytes), text, sizeof(text));
  return text;
}

std::string NameText(const GENERAL_NAME& name) {
  switch (name.type) {
    case GEN_DNS:
      return TextOf(name.d.dNSName);
    case GEN_EMAIL:
      return TextOf(name.d.rfc822Name);
    case GEN_URI:
      return TextOf(name.d.uniformResourceIdentifier);
    case GEN_IPADD:
      return AddressOf(name.d.iPAddress);
    default:
      return {};
  }
}

}  // namespace

bool HasAlternativeName(const X509* certificate, const std::vector<std::string>& allowed) {
  const std::unique_ptr<GENERAL_NAMES, decltype(&::GENERAL_NAMES_free)> names(
      static_cast<GENERAL_NAMES*>(
          ::X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
      ::GENERAL_NAMES_free);
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const std::string name = NameText(*sk_GENERAL_NAME_value(names.get(), i));
    const bool listed = std::find(allowed.begin(), allowed.end(), name) != allowed.end();
    if (!name.empty() && listed) return true;
  }
  return false;
}

}  // namespace hostpulse::http
