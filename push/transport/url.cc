#include <curl/curl.h>

#include <memory>

#include "push/transport/http_client.h"

namespace hostpulse::push {
namespace {

struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

std::string Part(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return {};
  std::string copy = text;
  curl_free(text);
  return copy;
}

}  // namespace

std::optional<UrlParts> ParseUrl(std::string_view url) {
  const std::unique_ptr<CURLU, UrlDeleter> parsed(curl_url());
  if (parsed == nullptr) return std::nullopt;
  const std::string text(url);
  if (curl_url_set(parsed.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) return std::nullopt;
  UrlParts parts;
  parts.scheme = Part(parsed.get(), CURLUPART_SCHEME);
  parts.user = Part(parsed.get(), CURLUPART_USER, CURLU_URLDECODE);
  parts.password = Part(parsed.get(), CURLUPART_PASSWORD, CURLU_URLDECODE);
  parts.host = Part(parsed.get(), CURLUPART_HOST);
  parts.port = Part(parsed.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
  parts.path = Part(parsed.get(), CURLUPART_PATH);
  parts.query = Part(parsed.get(), CURLUPART_QUERY);
  const bool usable = parts.scheme == "http" || parts.scheme == "https";
  if (!usable || parts.host.empty()) return std::nullopt;
  return parts;
}

std::string FormatUrl(const UrlParts& parts) {
  std::string url = parts.scheme + "://" + parts.host;
  const bool usual = parts.port == (parts.scheme == "https" ? "443" : "80");
  if (!usual) url += ":" + parts.port;
  url += parts.path;
  if (!parts.query.empty()) url += "?" + parts.query;
  return url;
}

}  // namespace hostpulse::push
