#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "push/remote_write/credentials.h"
#include "push/remote_write/http_client.h"
#include "push/remote_write/transport_options.h"

namespace hostpulse::push {

// The headers that say what a body is.
struct WireFormat {
  std::string_view content_type;
  std::string_view content_encoding;
  std::string_view version_header;
};

// prometheus.WriteRequest in the block format of Snappy.
inline constexpr WireFormat kRemoteWrite1 = {"application/x-protobuf", "snappy",
                                             "X-Prometheus-Remote-Write-Version: 0.1.0"};

struct WriteRequest {
  std::string_view body;
  WireFormat format = kRemoteWrite1;
};

enum class SendOutcome {
  kAccepted,
  kRetry,     // The same bytes again, later: the receiver has trouble, or was not reached.
  kRejected,  // Never again: the receiver says that the data is wrong or known.
  kTooLarge,  // Again in smaller requests.
  kHold,      // Not these bytes' fault: access or address is wrong; a probe from time to time.
};

struct SendResult {
  SendOutcome outcome = SendOutcome::kAccepted;
  int status = 0;                                   // Of HTTP; 0 where there was none.
  std::optional<std::chrono::seconds> retry_after;  // Within [1 s, 300 s].
  std::string error;  // What to show and log: one line, printable, without secrets. Empty if none.
};

// What the status of an answer asks of the sender.
SendOutcome OutcomeOf(int status);

// Sends write requests to one destination, one at a time, over one kept connection. Used by the
// sender's thread; EndBy by any.
class RemoteWriteClient {
 public:
  // The clock outlives it.
  RemoteWriteClient(TransportOptions options, const Clock& clock);

  SendResult Send(const WriteRequest& request);

  // A request in progress and all later ones end by this time.
  void EndBy(MonotonicTime time) { http_.EndBy(time); }

 private:
  SendResult Unauthorised(const Status& status) const;
  std::string Shown(std::string_view text) const;

  const TransportOptions options_;
  HttpClient http_;
  std::string url_;  // Without user and password.
  std::unique_ptr<Authorizer> authorizer_;
};

}  // namespace hostpulse::push
