#include "push/gateway/gateway_client.h"

#include <utility>

#include "core/metrics/text_encoder.h"
#include "push/gateway/group_path.h"

namespace hostpulse::push {
GatewayClient::GatewayClient(const TransportOptions& options, const LabelSet& group,
                             const Clock& clock)
    : group_path_(GroupPath(group)), endpoint_(options, clock) {}

// One that does not know the compression takes the body for text, and refuses that.
GatewayAnswer GatewayClient::Push(std::string_view text) {
  const std::string_view packed = takes_gzip_ ? gzip_.Compress(text) : "";
  if (packed.empty()) return Put(text, false);
  GatewayAnswer answer = Put(packed, true);
  if (answer.status != 400 && answer.status != 415) return answer;
  GatewayAnswer plain = Put(text, false);
  takes_gzip_ = !plain.ok();
  return plain;
}

GatewayAnswer GatewayClient::Put(std::string_view body, bool packed) {
  EndpointRequest request{
      HttpMethod::kPut, group_path_, body, {"Content-Type: " + std::string(kTextContentType)}};
  if (packed) request.headers.emplace_back("Content-Encoding: gzip");
  return Send(std::move(request));
}

GatewayAnswer GatewayClient::Delete() {
  return Send({HttpMethod::kDelete, group_path_, {}, {}});
}

GatewayAnswer GatewayClient::Probe() {
  return Send({HttpMethod::kGet, "/-/ready", {}, {}});
}

GatewayAnswer GatewayClient::Send(EndpointRequest request) {
  const Result<HttpReply> reply = endpoint_.Send(std::move(request));
  if (!reply.ok()) return {0, std::string(reply.status().message())};
  if (reply->status == 0) return {0, endpoint_.Shown(reply->error)};
  if (reply->status / 100 == 2) return {reply->status, ""};
  std::string error = "HTTP " + std::to_string(reply->status);
  const std::string body = endpoint_.Shown(reply->body);
  if (!body.empty()) error += ": " + body;
  return {reply->status, std::move(error)};
}

}  // namespace hostpulse::push
