#include "push/remote_write/remote_write_client.h"

#include <algorithm>
#include <utility>

namespace hostpulse::push {
namespace {

// A date is cut off to the second.
constexpr std::chrono::milliseconds kHalfASecond{500};
constexpr std::chrono::seconds kShortestRetryAfter{1};
constexpr std::chrono::seconds kLongestRetryAfter{300};

SendOutcome OutcomeOf(int status) {
  if (status == 0) return SendOutcome::kRetry;
  if (status >= 200 && status < 300) return SendOutcome::kAccepted;
  switch (status) {
    case 400:
    case 409:
    case 422:
      return SendOutcome::kRejected;
    case 413:
      return SendOutcome::kTooLarge;
    case 429:
      return SendOutcome::kRetry;
    default:
      return status >= 300 && status < 500 ? SendOutcome::kHold : SendOutcome::kRetry;
  }
}

// Whether an answer shows that the receiver does not know the protocol. To receivers that know
// remote write 1.0 only, a 2.0 request is an empty one: they accept it, and the data are gone.
// Those that know it say in a header how much they wrote.
bool IsNotUnderstood(const HttpReply& reply, Protocol protocol) {
  if (protocol == Protocol::kRemoteWrite1) return false;
  if (reply.status == 415) return true;
  if (protocol == Protocol::kVictoriaMetrics) return reply.status == 400;
  return !reply.samples_written && (reply.status / 100 == 2 || reply.status == 400);
}

}  // namespace

SendResult Judge(const HttpReply& reply, Protocol protocol) {
  SendResult result;
  result.status = reply.status;
  result.outcome = OutcomeOf(reply.status);
  if (IsNotUnderstood(reply, protocol)) {
    result.outcome = SendOutcome::kNotUnderstood;
    result.certain = reply.status != 400;
  }
  if (result.outcome == SendOutcome::kRejected && protocol == Protocol::kRemoteWrite2) {
    result.samples_written = reply.samples_written.value_or(0);
  }
  // A gateway may have passed the request on before it gave up.
  const bool is_gateway = reply.status == 502 || reply.status == 504;
  result.maybe_delivered = (reply.status == 0 && reply.sent) || is_gateway;
  if (reply.retry_after) {
    result.retry_after = std::clamp(*reply.retry_after, kShortestRetryAfter, kLongestRetryAfter);
  }
  return result;
}

RemoteWriteClient::RemoteWriteClient(TransportOptions options, const Clock& clock)
    : clock_(clock), endpoint_(std::move(options), clock) {}

SendResult RemoteWriteClient::Send(const WriteRequest& request) {
  const WireFormat& format = WireFormatOf(request.protocol);
  EndpointRequest post;
  post.body = request.body;
  post.headers = {"Content-Type: " + std::string(format.content_type),
                  "Content-Encoding: " + std::string(format.content_encoding),
                  std::string(format.version_header)};
  const Result<HttpReply> reply = endpoint_.Send(std::move(post));
  if (!reply.ok()) return Unauthorised(reply.status());

  SendResult result = Judge(*reply, request.protocol);
  if (reply->date) result.clock_offset = *reply->date + kHalfASecond - clock_.Now();
  if (result.outcome == SendOutcome::kAccepted) return result;
  if (reply->status == 0) {
    result.error = endpoint_.Shown(reply->error);
    return result;
  }
  result.error = "HTTP " + std::to_string(reply->status);
  if (result.outcome == SendOutcome::kNotUnderstood && result.certain) {
    result.error += ": the receiver does not take " + std::string(NameOf(request.protocol));
    return result;
  }
  const std::string text = endpoint_.Shown(reply->body);
  if (!text.empty()) result.error += ": " + text;
  return result;
}

SendResult RemoteWriteClient::Unauthorised(const Status& status) {
  const bool later = status.code() == ErrorCode::kTimeout;
  SendResult result;
  result.outcome = later ? SendOutcome::kRetry : SendOutcome::kHold;
  result.error = status.message();
  return result;
}

}  // namespace hostpulse::push
