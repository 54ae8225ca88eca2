#include "exporter/http/web_access.h"

#include <chrono>
#include <utility>

#include "exporter/http/basic_auth.h"
#include "exporter/http/response_writer.h"
#include "exporter/http/token_bucket.h"
#include "exporter/http/web_config_file.h"

namespace hostpulse::http {
namespace {

constexpr std::chrono::seconds kRetry{5};

bool Verifies(const std::optional<TlsConfig>& tls) {
  return tls && tls->client_auth == ClientAuth::kRequireAndVerify;
}

}  // namespace

// One web configuration, ready for use; replaced as a whole.
struct WebAccess::Rules {
  Rules(WebConfig from, const Clock& clock) : config(std::move(from)), auth(config.users, clock) {}

  const WebConfig config;
  BasicAuth auth;
  std::shared_ptr<TokenBucket> limit;  // Null: none.
  std::shared_ptr<TlsContext> tls;     // Null: plain HTTP.

  // What asks less of clients than `before` did, by its key; empty if nothing does.
  std::string Loosened(const Rules& before) const {
    if (before.config.tls && !config.tls) return "tls_server_config";
    if (!before.config.users.empty() && config.users.empty()) return "basic_auth_users";
    if (Verifies(before.config.tls) && !Verifies(config.tls)) return "client_auth_type";
    return "";
  }
};

WebAccess::WebAccess(const Clock& clock, Logger& log, WebMetrics& metrics)
    : clock_(clock), log_(log), metrics_(metrics) {}
WebAccess::~WebAccess() = default;

Result<std::unique_ptr<WebAccess>> WebAccess::Create(const std::string& path, const Clock& clock,
                                                     Logger& log, WebMetrics& metrics) {
  std::unique_ptr<WebAccess> access(new WebAccess(clock, log, metrics));
  auto apply = access->Prepare(path);
  if (!apply) return std::move(apply).status();
  (*apply)();
  return access;
}

// What stays as it was is kept: a limit that counts, and certificates, which watch their own files.
Result<std::shared_ptr<WebAccess::Rules>> WebAccess::Load(const std::string& path,
                                                          const Rules* before) const {
  WebConfig config;
  if (!path.empty()) {
    auto loaded = LoadWebConfig(path);
    if (!loaded) return std::move(loaded).status();
    config = std::move(*loaded);
  }
  auto rules = std::make_shared<Rules>(std::move(config), clock_);
  const WebConfig& now = rules->config;
  if (before != nullptr && before->config.rate_limit == now.rate_limit) {
    rules->limit = before->limit;
  } else if (now.rate_limit) {
    rules->limit = std::make_shared<TokenBucket>(*now.rate_limit, clock_);
  }
  if (before != nullptr && before->config.tls == now.tls) {
    rules->tls = before->tls;
  } else if (now.tls) {
    // OpenSSL costs its memory only where it is used.
    auto tls = TlsContext::Create(*now.tls, log_, metrics_);
    if (!tls) return std::move(tls).status().WithContext(path);
    rules->tls = std::move(*tls);
  }
  return rules;
}

std::shared_ptr<WebAccess::Rules> WebAccess::CurrentRules() const {
  const MutexLock lock(mutex_);
  return rules_;
}

Result<std::function<void()>> WebAccess::Prepare(const std::string& path) {
  const FileStamp stamp = StampOf(path);
  auto rules = Load(path, CurrentRules().get());
  if (!rules) return std::move(rules).status();
  return std::function<void()>([this, path, stamp, rules = std::move(*rules)] {
    const MutexLock lock(mutex_);
    path_ = path;
    stamp_ = stamp;
    rules_ = rules;
    retry_at_.reset();
    kept_because_.clear();
    if (!path.empty()) metrics_.NoteConfig(true);
  });
}

// The time of a stat for every request and connection, and only where there is a file.
void WebAccess::Refresh() {
  std::string path;
  FileStamp stamp;
  std::shared_ptr<Rules> before;
  {
    const MutexLock lock(mutex_);
    if (path_.empty()) return;
    stamp = StampOf(path_);
    if (stamp == stamp_ && (!retry_at_ || clock_.Monotonic() < *retry_at_)) return;
    stamp_ = stamp;
    retry_at_.reset();
    path = path_;
    before = rules_;
  }
  auto rules = Load(path, before.get());
  if (!rules) return Keep(rules.status().message());
  if (const std::string key = (*rules)->Loosened(*before); !key.empty()) {
    return Keep(path + ": " + key + " asks less of clients than before, which takes a reload");
  }
  {
    const MutexLock lock(mutex_);
    // Another thread has read what came after this, or a reload has.
    if (path != path_ || stamp != stamp_) return;
    rules_ = std::move(*rules);
    kept_because_.clear();
  }
  metrics_.NoteConfig(true);
  log_.Info("took the changed web configuration", {{"path", path}});
}

// What was wrong may be mended by a file that the configuration names, so it is tried again.
void WebAccess::Keep(const std::string& why) {
  metrics_.NoteConfig(false);
  bool known = false;
  {
    const MutexLock lock(mutex_);
    retry_at_ = clock_.Monotonic() + kRetry;
    known = std::exchange(kept_because_, why) == why;
  }
  if (!known) log_.Error("kept the old web configuration", {{"error", why}});
}

std::shared_ptr<TlsContext> WebAccess::Tls() {
  Refresh();
  return CurrentRules()->tls;
}

std::optional<Response> WebAccess::Refuse(Request& request) {
  Refresh();
  const std::shared_ptr<Rules> rules = CurrentRules();
  if (rules->limit && !rules->limit->Take()) return ErrorResponse(429);
  if (rules->auth.empty()) return std::nullopt;
  switch (rules->auth.Check(request.Header("Authorization"), request.user)) {
    case BasicAuth::Outcome::kAccepted:
      return std::nullopt;
    case BasicAuth::Outcome::kBusy:
      return ErrorResponse(429);
    case BasicAuth::Outcome::kRefused:
      break;
  }
  Response response = ErrorResponse(401);
  response.headers.emplace_back("WWW-Authenticate", "Basic");
  return response;
}

void WebAccess::AddHeaders(Response& response) const {
  const std::shared_ptr<Rules> rules = CurrentRules();  // Held for as long as they are read.
  for (const auto& [name, value] : rules->config.headers) {
    if (!HasHeader(response.headers, name)) response.headers.emplace_back(name, value);
  }
}

}  // namespace hostpulse::http
