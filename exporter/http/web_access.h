#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/clock.h"
#include "core/log/logger.h"
#include "core/mutex.h"
#include "core/result.h"
#include "exporter/http/basic_auth.h"
#include "exporter/http/file_stamp.h"
#include "exporter/http/http_message.h"
#include "exporter/http/token_bucket.h"
#include "exporter/http/web_config.h"

namespace hostpulse::http {

// What the web configuration asks of every request: the rate limit, the password, and headers on
// the answer. Reads the file again when it has changed; a broken one leaves the old rules in force.
// Changes of TLS settings and of the rate limit need a restart. Thread safe.
class WebAccess {
 public:
  // An empty path: nothing is asked. Clock and logger must outlive it.
  // Errors: kInvalid, as LoadWebConfig has it.
  static Result<std::unique_ptr<WebAccess>> Create(const std::string& path, const Clock& clock,
                                                   Logger& log);

  // Of the file as it was at the start.
  const std::optional<TlsConfig>& tls() const { return tls_; }

  // The answer to a request that may not pass; otherwise sets its user.
  std::optional<Response> Refuse(Request& request) HOSTPULSE_EXCLUDES(mutex_);
  void AddHeaders(Response& response) const HOSTPULSE_EXCLUDES(mutex_);

 private:
  // What may change while the server runs; replaced as a whole.
  struct Rules {
    Rules(WebConfig config, const Clock& clock)
        : auth(std::move(config.users), clock), headers(std::move(config.headers)) {}

    BasicAuth auth;
    const std::vector<std::pair<std::string, std::string>> headers;
  };

  WebAccess(std::string path, WebConfig config, const Clock& clock, Logger& log);
  std::shared_ptr<Rules> CurrentRules() const HOSTPULSE_EXCLUDES(mutex_);
  void Refresh() HOSTPULSE_EXCLUDES(mutex_);

  const std::string path_;
  const Clock& clock_;
  Logger& log_;
  const std::optional<TlsConfig> tls_;
  std::optional<TokenBucket> limit_;
  mutable Mutex mutex_;
  std::shared_ptr<Rules> rules_ HOSTPULSE_GUARDED_BY(mutex_);
  FileStamp stamp_ HOSTPULSE_GUARDED_BY(mutex_);
};

}  // namespace hostpulse::http
