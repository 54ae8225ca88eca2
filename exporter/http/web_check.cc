#include "exporter/http/web_check.h"

#include <chrono>

#include "core/duration.h"
#include "exporter/http/tls_certificates.h"
#include "exporter/http/web_access.h"
#include "exporter/http/web_config_file.h"

namespace hostpulse::http {
namespace {

Result<std::string> CheckTls(const TlsConfig& tls, const Clock& clock) {
  const auto pair = LoadCertificatePair(tls);
  if (!pair) return pair.status();
  const auto left =
      std::chrono::floor<std::chrono::hours>(ExpiryOf(pair->certificate.get()) - clock.Now());
  const std::string name = tls.certificate.file.empty() ? "cert" : tls.certificate.file;
  if (left < left.zero()) {
    return Status(ErrorCode::kInvalid,
                  name + ": the certificate expired " + FormatDuration(-left) + " ago");
  }
  std::string words = "TLS with a certificate that is valid for another " + FormatDuration(left);
  if (tls.client_auth != ClientAuth::kNone) words += ", client certificates";
  return words;
}

}  // namespace

Result<std::string> CheckWebConfig(const std::string& path, const Clock& clock, Logger& log) {
  WebMetrics uncounted(nullptr);
  const auto access = WebAccess::Create(path, clock, log, uncounted);
  if (!access) return access.status();
  const auto config = LoadWebConfig(path);
  if (!config) return config.status();
  std::string words = "plain HTTP";
  if (config->tls) {
    auto tls = CheckTls(*config->tls, clock);
    if (!tls) return std::move(tls).status().WithContext(path);
    words = std::move(*tls);
  }
  if (!config->users.empty()) {
    words += ", passwords of " + std::to_string(config->users.size()) +
             (config->users.size() == 1 ? " user" : " users");
  }
  if (config->rate_limit) words += ", a rate limit";
  return words;
}

}  // namespace hostpulse::http
