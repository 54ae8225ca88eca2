#include "push/transport/endpoint.h"

#include <cstddef>
#include <optional>
#include <utility>

#include "core/version.h"

namespace hostpulse::push {
namespace {

constexpr std::size_t kMostShown = 256;
// A header may carry a token; what is shorter is a tenant's name rather than a secret.
constexpr std::size_t kShortestSecret = 12;

void ReplaceAll(std::string& text, std::string_view secret) {
  constexpr std::string_view kInstead = "<secret>";
  if (secret.empty()) return;
  for (auto at = text.find(secret); at != text.npos; at = text.find(secret, at)) {
    text.replace(at, secret.size(), kInstead);
    at += kInstead.size();
  }
}

std::string WithoutUser(const std::string& url) {
  const std::optional<UrlParts> parts = ParseUrl(url);
  return parts ? FormatUrl(*parts) : url;
}

}  // namespace

Endpoint::Endpoint(TransportOptions options, const Clock& clock)
    : options_(std::move(options)),
      url_(WithoutUser(options_.url)),
      http_(options_),
      authorizer_(Authorizer::Make(options_, http_, clock)) {}

Result<HttpReply> Endpoint::Send(EndpointRequest request) {
  const Result<std::string> authorization = authorizer_->Header();
  if (!authorization.ok()) {
    return Status(authorization.status().code(), Shown(authorization.status().message()));
  }
  const std::string url = UrlOf(request.path);
  HttpRequest full{url, request.body, std::move(request.headers), options_.remote_timeout,
                   request.method};
  for (const auto& [name, value] : options_.headers) {
    full.headers.emplace_back(name).append(": ").append(value);
  }
  full.headers.push_back("User-Agent: hostpulse/" + std::string(kVersion));
  if (!authorization->empty()) full.headers.push_back("Authorization: " + *authorization);
  HttpReply reply = http_.Send(full);
  if (reply.status == 401) authorizer_->Refused();
  return reply;
}

std::string Endpoint::UrlOf(std::string_view path) const {
  std::optional<UrlParts> parts = ParseUrl(url_);
  if (path.empty() || !parts) return url_;
  while (parts->path.ends_with('/')) parts->path.pop_back();
  parts->path.append(path);
  return FormatUrl(*parts);
}

std::string Endpoint::Shown(std::string_view text) const {
  std::string line(text);
  for (const std::string& secret : authorizer_->Secrets()) ReplaceAll(line, secret);
  for (const auto& [name, value] : options_.headers) {
    if (value.size() >= kShortestSecret) ReplaceAll(line, value);
  }
  if (const std::optional<UrlParts> proxy = ParseUrl(options_.proxy_url)) {
    ReplaceAll(line, proxy->password);
  }
  for (char& c : line) {
    if (c < ' ' || c > '~') c = ' ';
  }
  while (line.ends_with(' ')) line.pop_back();
  if (line.size() > kMostShown) line.resize(kMostShown);
  return line;
}

}  // namespace hostpulse::push
