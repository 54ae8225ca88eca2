#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "push/transport/transport_options.h"

namespace hostpulse::push {

enum class HttpMethod { kPost, kPut, kDelete, kGet };

struct HttpRequest {
  std::string_view url;
  std::string_view body;             // Of kPost and kPut.
  std::vector<std::string> headers;  // "Name: value"
  std::chrono::nanoseconds timeout = std::chrono::seconds(30);
  HttpMethod method = HttpMethod::kPost;
};

struct HttpReply {
  int status = 0;     // 0: there was no complete answer, and `error` says why.
  std::string error;  // One line; may quote the URL, so it is cleaned before it is shown.
  std::optional<std::chrono::seconds> retry_after;  // As sent: neither clamped nor believed.
  std::string body;                                 // Its first 64 KiB.
  bool sent = false;                                // Whether any of the request went out.
  std::optional<WallTime> date;                     // Of the answer's header, to the second.
  // X-Prometheus-Remote-Write-Samples-Written; 0 where only one of its siblings is there.
  std::optional<std::uint64_t> samples_written;
};

// Makes requests by libcurl over one kept connection: with the TLS settings and the proxy of
// the options, without redirects, without compression, nothing taken from the environment. libcurl
// is initialised with the first one. One thread, except for EndBy; one request at a time.
class HttpClient {
 public:
  // Of the options only `tls` and `proxy_url` are used.
  explicit HttpClient(const TransportOptions& options);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  HttpReply Send(const HttpRequest& request);

  // A request in progress and all later ones end by this time. Any thread.
  void EndBy(MonotonicTime time);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// The parts of a URL that decide where a request goes and what may be shown of it.
struct UrlParts {
  std::string scheme;
  std::string user;  // Decoded.
  std::string password;
  std::string host;  // With brackets where it is an IPv6 address.
  std::string port;  // The scheme's own where none is given.
  std::string path;
  std::string query;
};

// Nothing where it is not an absolute http or https URL.
std::optional<UrlParts> ParseUrl(std::string_view url);

// "https://host:port/path?query", without user and password; the port is left out where it is the
// scheme's own.
std::string FormatUrl(const UrlParts& parts);

}  // namespace hostpulse::push
