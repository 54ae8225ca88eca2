#include "exporter/http/web_access.h"

#include <utility>

#include "exporter/http/response_writer.h"
#include "exporter/http/web_config_file.h"

namespace hostpulse::http {

Result<std::unique_ptr<WebAccess>> WebAccess::Create(const std::string& path, const Clock& clock,
                                                     Logger& log) {
  WebConfig config;
  if (!path.empty()) {
    auto loaded = LoadWebConfig(path);
    if (!loaded) return std::move(loaded).status();
    config = std::move(*loaded);
  }
  return std::unique_ptr<WebAccess>(new WebAccess(path, std::move(config), clock, log));
}

WebAccess::WebAccess(std::string path, WebConfig config, const Clock& clock, Logger& log)
    : path_(std::move(path)), clock_(clock), log_(log), tls_(config.tls), stamp_(StampOf(path_)) {
  if (config.rate_limit) limit_.emplace(*config.rate_limit, clock);
  rules_ = std::make_shared<Rules>(std::move(config), clock);
}

std::shared_ptr<WebAccess::Rules> WebAccess::CurrentRules() const {
  const MutexLock lock(mutex_);
  return rules_;
}

// The time of a stat for every request, and only where there is a file.
void WebAccess::Refresh() {
  if (path_.empty()) return;
  const FileStamp now = StampOf(path_);
  {
    const MutexLock lock(mutex_);
    if (now == stamp_) return;
    stamp_ = now;
  }
  auto loaded = LoadWebConfig(path_);
  if (!loaded) {
    log_.Error("kept the old web configuration", {{"error", loaded.status().message()}});
    return;
  }
  auto rules = std::make_shared<Rules>(std::move(*loaded), clock_);
  const MutexLock lock(mutex_);
  rules_ = std::move(rules);
  log_.Info("took the changed web configuration", {{"path", path_}});
}

std::optional<Response> WebAccess::Refuse(Request& request) {
  Refresh();
  if (limit_ && !limit_->Take()) return ErrorResponse(429);
  const std::shared_ptr<Rules> rules = CurrentRules();
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
  for (const auto& [name, value] : CurrentRules()->headers) {
    if (!HasHeader(response.headers, name)) response.headers.emplace_back(name, value);
  }
}

}  // namespace hostpulse::http
