#include "push/remote_write/remote_write_client.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/version.h"

namespace hostpulse::push {
namespace {

constexpr std::size_t kMostShown = 256;
// A header may carry a token; what is shorter is a tenant's name rather than a secret.
constexpr std::size_t kShortestSecret = 12;
// A date is cut off to the second.
constexpr std::chrono::milliseconds kHalfASecond{500};
constexpr std::chrono::seconds kShortestRetryAfter{1};
constexpr std::chrono::seconds kLongestRetryAfter{300};

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
    : options_(std::move(options)),
      clock_(clock),
      http_(options_),
      url_(WithoutUser(options_.url)),
      authorizer_(Authorizer::Make(options_, http_, clock)) {}

SendResult RemoteWriteClient::Send(const WriteRequest& request) {
  const Result<std::string> authorization = authorizer_->Header();
  if (!authorization.ok()) return Unauthorised(authorization.status());

  HttpRequest post{url_, request.body, {}, options_.remote_timeout};
  for (const auto& [name, value] : options_.headers) {
    post.headers.emplace_back(name).append(": ").append(value);
  }
  const WireFormat& format = WireFormatOf(request.protocol);
  post.headers.push_back("Content-Type: " + std::string(format.content_type));
  post.headers.push_back("Content-Encoding: " + std::string(format.content_encoding));
  post.headers.emplace_back(format.version_header);
  post.headers.push_back("User-Agent: hostpulse/" + std::string(kVersion));
  if (!authorization->empty()) post.headers.push_back("Authorization: " + *authorization);

  const HttpReply reply = http_.Post(post);
  SendResult result = Judge(reply, request.protocol);
  if (reply.date) result.clock_offset = *reply.date + kHalfASecond - clock_.Now();
  if (result.outcome == SendOutcome::kAccepted) return result;
  if (reply.status == 401) authorizer_->Refused();
  if (reply.status == 0) {
    result.error = Shown(reply.error);
    return result;
  }
  result.error = "HTTP " + std::to_string(reply.status);
  if (result.outcome == SendOutcome::kNotUnderstood && result.certain) {
    result.error += ": the receiver does not take " + std::string(NameOf(request.protocol));
    return result;
  }
  if (const std::string text = Shown(reply.body); !text.empty()) result.error += ": " + text;
  return result;
}

SendResult RemoteWriteClient::Unauthorised(const Status& status) const {
  const bool later = status.code() == ErrorCode::kTimeout;
  SendResult result;
  result.outcome = later ? SendOutcome::kRetry : SendOutcome::kHold;
  result.error = Shown(status.message());
  return result;
}

// What came from outside may hold anything, our own secrets included.
std::string RemoteWriteClient::Shown(std::string_view text) const {
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
