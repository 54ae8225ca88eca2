// A web configuration file of any bytes: it is understood, or every complaint says where.

#include <cstdlib>
#include <string>
#include <string_view>

#include "exporter/http/bcrypt.h"
#include "exporter/http/web_config_file.h"
#include "tests/fuzz/fuzz_target.h"

using namespace hostpulse::http;

namespace {

constexpr std::string_view kPath = "web.yml";

void CheckErrors(std::string_view errors) {
  if (errors.empty()) std::abort();
  while (!errors.empty()) {
    const std::string_view line = errors.substr(0, errors.find('\n'));
    if (!line.starts_with(kPath)) std::abort();
    errors.remove_prefix(std::min(errors.size(), line.size() + 1));
  }
}

void CheckConfig(const WebConfig& config) {
  for (const BasicAuthUser& user : config.users) {
    if (user.name.empty() || !IsBcryptHash(user.hash)) std::abort();
  }
  for (const auto& [name, value] : config.headers) {
    if (value.find_first_of("\r\n") != value.npos) std::abort();
  }
  if (config.tls && (config.tls->certificate.empty() || config.tls->key.empty())) std::abort();
  if (config.tls && config.tls->min_version > config.tls->max_version) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto config = ParseWebConfig(text, std::string(kPath));
  if (config) {
    CheckConfig(*config);
  } else {
    CheckErrors(config.status().message());
  }
  return 0;
}

std::vector<std::string> hostpulse::fuzz::Seeds() {
  return {
      "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n"
      "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n"
      "  client_allowed_sans: [web-01, web-02]\n  min_version: TLS12\n  max_version: TLS13\n"
      "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]\n"
      "  prefer_server_cipher_suites: true\n  curve_preferences: [X25519, CurveP256]\n",
      "http_server_config:\n  http2: true\n  headers:\n    X-Frame-Options: deny\n"
      "    Strict-Transport-Security: max-age=31536000\n",
      "basic_auth_users:\n"
      "  alice: $2y$10$mDwo.lAisC94iLAyP81MCesa29IzH37oigHC/42V2pdJlUprsJPze\n",
      "rate_limit: {interval: 1s, burst: 20}\n",
      "a: &a [*a]\nb: !!binary xx\n---\nc: {d: [}\n",
      "{\"basic_auth_users\": {\"bob\": null}, \"basic_auth_users\": []}",
  };
}
