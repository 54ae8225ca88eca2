#include "exporter/http/loggers_handler.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/duration.h"
#include "core/quoted.h"
#include "exporter/http/ascii.h"
#include "exporter/http/loggers_change.h"
#include "exporter/http/loggers_guard.h"

namespace hostpulse::http {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kCollection = "/loggers";
constexpr std::size_t kMaxBody = 4096;
// The first is what we give where the client does not ask for one of the others.
constexpr std::array<std::string_view, 3> kMediaTypes = {
    "application/json", "application/vnd.spring-boot.actuator.v3+json",
    "application/vnd.spring-boot.actuator.v2+json"};

// The type of "Application/JSON; charset=utf-8" if it is one of ours; empty if it is another.
std::string_view KnownMediaType(std::string_view header) {
  const std::string_view wanted = Trim(header.substr(0, header.find(';')));
  const auto equal = [wanted](std::string_view type) { return EqualsIgnoreCase(type, wanted); };
  const auto* const found = std::find_if(kMediaTypes.begin(), kMediaTypes.end(), equal);
  return found == kMediaTypes.end() ? std::string_view() : *found;
}

// The first type of an Accept header that we can give. Who accepts none of them gets JSON all the
// same: there is nothing else, and a person with a browser reads it well.
std::string_view AnswerType(std::string_view accept) {
  while (!accept.empty()) {
    const std::size_t comma = std::min(accept.find(','), accept.size());
    const std::string_view type = KnownMediaType(accept.substr(0, comma));
    if (!type.empty()) return type;
    accept.remove_prefix(std::min(comma + 1, accept.size()));
  }
  return kMediaTypes.front();
}

Response Answer(int status, std::string_view type, std::string body) {
  Response response;
  response.status = status;
  response.content_type = type;
  response.headers = {{"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}};
  response.body = std::move(body);
  return response;
}

Response AnswerJson(const Request& request, int status, const Json& json) {
  return Answer(status, AnswerType(request.Header("Accept")),
                json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
}

Response AnswerError(const Request& request, int status, std::string_view message) {
  return AnswerJson(request, status, {{"status", status}, {"error", message}});
}

// "9m58s": whole seconds, as long as there is one; never nothing.
std::string FormatRemaining(std::chrono::nanoseconds left) {
  return FormatDuration(std::chrono::ceil<std::chrono::seconds>(left));
}

Json ToJson(const LoggerState& state) {
  Json json = Json::object();
  if (state.configured) json["configuredLevel"] = LogLevelName(*state.configured);
  json["effectiveLevel"] = LogLevelName(state.effective);
  if (state.expires_in) json["expiresIn"] = FormatRemaining(*state.expires_in);
  return json;
}

// The handlers of both paths share one of these.
class LoggersHandler {
 public:
  LoggersHandler(LoggerRegistry& registry, LoggersOptions options, Logger& log)
      : registry_(registry), options_(std::move(options)), log_(log) {}

  Response Collection(const Request& request) const;
  Response Single(const Request& request) const;

 private:
  Response Show(const Request& request, std::string_view name) const;
  Response Change(const Request& request, std::string_view name) const;
  Response Refuse(const Request& request, std::string_view name, const std::string& why) const;

  LoggerRegistry& registry_;
  const LoggersOptions options_;
  Logger& log_;
};

bool IsRead(const Request& request) {
  return request.method == "GET" || request.method == "HEAD";
}
bool IsWrite(const Request& request) {
  return request.method == "POST" || request.method == "PUT";
}

Response UnknownLogger(const Request& request, const Status& status) {
  return AnswerError(request, 404, status.message() + "; GET /loggers lists all of them");
}

Response MethodNotAllowed(const Request& request, std::string_view allowed) {
  Response response =
      AnswerError(request, 405, "method not allowed; wanted " + std::string(allowed));
  response.headers.emplace_back("Allow", allowed);
  return response;
}

std::string Actor(const Request& request) {
  if (!request.user.empty()) return request.user + " at " + request.peer;
  return request.client_certificate ? "certificate at " + request.peer : request.peer;
}

Response LoggersHandler::Collection(const Request& request) const {
  if (!IsRead(request)) return MethodNotAllowed(request, "GET, HEAD");
  Json levels = Json::array();
  for (int level = 0; level <= static_cast<int>(LogLevel::kTrace); ++level) {
    levels.push_back(LogLevelName(static_cast<LogLevel>(level)));
  }
  Json loggers = Json::object();
  for (const LoggerState& state : registry_.States()) loggers[state.name] = ToJson(state);
  return AnswerJson(request, 200,
                    {{"levels", levels}, {"loggers", loggers}, {"groups", Json::object()}});
}

Response LoggersHandler::Single(const Request& request) const {
  std::string_view name = request.path;
  name.remove_prefix(std::min(kCollection.size() + 1, name.size()));
  if (IsRead(request)) return Show(request, name);
  if (IsWrite(request)) return Change(request, name);
  return MethodNotAllowed(request, "GET, HEAD, POST, PUT");
}

Response LoggersHandler::Show(const Request& request, std::string_view name) const {
  const Result<LoggerState> state = registry_.State(name);
  if (!state) return UnknownLogger(request, state.status());
  Json json = ToJson(*state);
  json["level"] = LogLevelName(state->effective);
  return AnswerJson(request, 200, json);
}

Response LoggersHandler::Change(const Request& request, std::string_view name) const {
  const std::string why_not = WhyNotChange(request, options_);
  if (!why_not.empty()) return Refuse(request, name, why_not);
  if (request.body.size() > kMaxBody) {
    return AnswerError(request, 413, "the body is too large; wanted at most 4096 bytes");
  }
  // curl -d sends a form's type unless told otherwise, and so does a page that must not.
  if (KnownMediaType(request.Header("Content-Type")).empty() && LooksLikeBrowser(request)) {
    return AnswerError(request, 415, "wanted a body of the type application/json");
  }
  const Result<LoggerState> state = registry_.State(name);
  if (!state) return UnknownLogger(request, state.status());
  const Result<LevelChange> change = ParseLevelChange(request.body);
  if (!change) return AnswerError(request, 400, change.status().message());

  const Status status = registry_.Set(name, change->level, change->lifetime, Actor(request));
  if (!status) return AnswerError(request, 400, status.message());
  return Answer(204, kMediaTypes.front(), "");
}

Response LoggersHandler::Refuse(const Request& request, std::string_view name,
                                const std::string& why) const {
  log_.Warn("Change of a log level refused",
            {{"name", name.substr(0, 64)}, {"by", Actor(request)}, {"reason", why}});
  return AnswerError(request, 403, why);
}

}  // namespace

Result<LoggersMode> ParseLoggersMode(std::string_view text) {
  if (text == "off") return LoggersMode::kOff;
  if (text == "read") return LoggersMode::kRead;
  if (text == "local") return LoggersMode::kLocal;
  if (text == "all") return LoggersMode::kAll;
  return Status(ErrorCode::kInvalid,
                "unknown value " + Quoted(text) + ": wanted off, read, local or all");
}

std::vector<Route> LoggersRoutes(LoggerRegistry& registry, LoggersOptions options, Logger& log) {
  if (options.mode == LoggersMode::kOff) return {};
  const auto handler = std::make_shared<LoggersHandler>(registry, std::move(options), log);
  // Every method comes here, so that a wrong one gets an error of the same form as the others.
  const std::vector<std::string> any = {"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"};
  const std::string collection(kCollection);
  return {
      {collection, any, [handler](const Request& request) { return handler->Collection(request); }},
      {collection + "/*", any,
       [handler](const Request& request) { return handler->Single(request); }}};
}

}  // namespace hostpulse::http
