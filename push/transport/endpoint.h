#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "push/transport/credentials.h"
#include "push/transport/http_client.h"
#include "push/transport/transport_options.h"

namespace hostpulse::push {

// What is sent to an endpoint, beside what its options add to every request.
struct EndpointRequest {
  HttpMethod method = HttpMethod::kPost;
  std::string_view path;  // Goes after that of the URL, before its query: "/metrics/job/node".
  std::string_view body;
  std::vector<std::string> headers;  // "Name: value"
};

// One URL of the options, with their headers, credentials and TLS settings, over one kept
// connection. Used by one thread; EndBy by any.
class Endpoint {
 public:
  // The clock outlives it.
  Endpoint(TransportOptions options, const Clock& clock);

  // Errors: as Authorizer::Header, before anything is sent. The message may be shown.
  Result<HttpReply> Send(EndpointRequest request);

  // What came from outside as one printable line without any secret of ours: it may hold anything.
  std::string Shown(std::string_view text) const;

  // A request in progress and all later ones end by this time.
  void EndBy(MonotonicTime time) { http_.EndBy(time); }

 private:
  std::string UrlOf(std::string_view path) const;

  const TransportOptions options_;
  const std::string url_;  // Without user and password.
  HttpClient http_;
  std::unique_ptr<Authorizer> authorizer_;
};

}  // namespace hostpulse::push
