#include "exporter/http/dispatcher.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include "exporter/http/request_gate.h"
#include "exporter/http/response_writer.h"

namespace hostpulse::http {
namespace {

bool Allows(const Route& route, std::string_view method) {
  const auto has = [&](std::string_view name) {
    return std::find(route.methods.begin(), route.methods.end(), name) != route.methods.end();
  };
  return has(method) || (method == "HEAD" && has("GET"));
}

Response NotAllowed(const Route& route) {
  std::string allow;
  for (const std::string& method : route.methods) {
    allow += (allow.empty() ? "" : ", ") + method;
    if (method == "GET") allow += ", HEAD";
  }
  Response response = ErrorResponse(405);
  response.headers.emplace_back("Allow", std::move(allow));
  return response;
}

// "text/plain" of "text/plain; charset=utf-8".
std::string_view MediaType(std::string_view content_type) {
  return content_type.substr(0, content_type.find(';'));
}

}  // namespace

Dispatcher::Dispatcher(std::vector<Route> routes, WebAccess& access, Logger& log)
    : routes_(std::move(routes)), access_(access), log_(log) {}

const Route* Dispatcher::Match(std::string_view path) const {
  for (const Route& route : routes_) {
    const std::string_view pattern = route.path;
    const bool matches = pattern.ends_with("/*")
                             ? path.starts_with(pattern.substr(0, pattern.size() - 1))
                             : path == pattern;
    if (matches) return &route;
  }
  return nullptr;
}

Response Dispatcher::Answer(Request& request) const {
  if (auto refusal = access_.Refuse(request)) return std::move(*refusal);
  if (const int status = PassGate(request); status != 0) return ErrorResponse(status);
  const Route* route = Match(request.path);
  if (route == nullptr) return ErrorResponse(404);
  if (!Allows(*route, request.method)) return NotAllowed(*route);
  return CallHandler(*route, request);
}

Response Dispatcher::CallHandler(const Route& route, const Request& request) const {
  try {
    return route.handler(request);
  } catch (const std::exception& error) {
    log_.Error("a handler failed", {{"path", request.path}, {"error", error.what()}});
  } catch (...) {
    log_.Error("a handler failed", {{"path", request.path}});
  }
  return ErrorResponse(500);
}

Response Dispatcher::Dispatch(Request& request) const {
  const auto start = std::chrono::steady_clock::now();
  Response response = Answer(request);
  access_.AddHeaders(response);
  if (log_.Enabled(LogLevel::kDebug)) {
    log_.Debug("request", {{"method", request.method},
                           {"path", request.path},
                           {"status", response.status},
                           {"type", MediaType(response.content_type)},
                           {"bytes", response.body.size()},
                           {"peer", request.peer},
                           {"seconds", ToSeconds(std::chrono::steady_clock::now() - start)}});
  }
  return response;
}

}  // namespace hostpulse::http
