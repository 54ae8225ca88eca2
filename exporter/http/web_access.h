#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/clock.h"
#include "core/log/logger.h"
#include "core/mutex.h"
#include "core/result.h"
#include "exporter/http/file_stamp.h"
#include "exporter/http/http_message.h"
#include "exporter/http/tls_context.h"
#include "exporter/http/web_config.h"
#include "exporter/http/web_metrics.h"

namespace hostpulse::http {

// The web configuration in force: the TLS of new connections, and what it asks of every request,
// which is the rate limit, the password, and headers on the answer. Reads the file again when it
// has changed. Either all of a change is taken or nothing: a broken file leaves the old one in
// force, and so does one that would take TLS, passwords or the check of client certificates away,
// because a file that is just being written looks like that; a reload takes those, too. Thread
// safe.
class WebAccess {
 public:
  // An empty path: plain HTTP, and nothing is asked. The others must outlive it.
  // Errors: kInvalid, as LoadWebConfig and TlsContext::Create have it.
  static Result<std::unique_ptr<WebAccess>> Create(const std::string& path, const Clock& clock,
                                                   Logger& log, WebMetrics& metrics);
  ~WebAccess();

  // For a connection that comes now; null for plain HTTP.
  std::shared_ptr<TlsContext> Tls() HOSTPULSE_EXCLUDES(mutex_);

  // The answer to a request that may not pass; otherwise sets its user.
  std::optional<Response> Refuse(Request& request) HOSTPULSE_EXCLUDES(mutex_);
  void AddHeaders(Response& response) const HOSTPULSE_EXCLUDES(mutex_);

  // Reads a file, the same or another one; what is returned puts it in force. Errors: as Create.
  Result<std::function<void()>> Prepare(const std::string& path) HOSTPULSE_EXCLUDES(mutex_);

 private:
  struct Rules;

  WebAccess(const Clock& clock, Logger& log, WebMetrics& metrics);
  Result<std::shared_ptr<Rules>> Load(const std::string& path, const Rules* before) const;
  std::shared_ptr<Rules> CurrentRules() const HOSTPULSE_EXCLUDES(mutex_);
  void Refresh() HOSTPULSE_EXCLUDES(mutex_);
  void Keep(const std::string& why) HOSTPULSE_EXCLUDES(mutex_);

  const Clock& clock_;
  Logger& log_;
  WebMetrics& metrics_;
  mutable Mutex mutex_;
  std::string path_ HOSTPULSE_GUARDED_BY(mutex_);
  FileStamp stamp_ HOSTPULSE_GUARDED_BY(mutex_);
  std::shared_ptr<Rules> rules_ HOSTPULSE_GUARDED_BY(mutex_);
  // While a changed file is not taken: when it is looked at again, and what was said of it.
  std::optional<MonotonicTime> retry_at_ HOSTPULSE_GUARDED_BY(mutex_);
  std::string kept_because_ HOSTPULSE_GUARDED_BY(mutex_);
};

}  // namespace hostpulse::http
