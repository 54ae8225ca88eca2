#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "push/remote_write/protocol.h"
#include "push/transport/endpoint.h"
#include "push/transport/http_client.h"
#include "push/transport/transport_options.h"

namespace hostpulse::push {

struct WriteRequest {
  std::string_view body;
  Protocol protocol = Protocol::kRemoteWrite1;
};

enum class SendOutcome {
  kAccepted,
  kRetry,          // The same bytes again, later: the receiver has trouble, or was not reached.
  kRejected,       // Never again: the receiver says that the data is wrong or known.
  kTooLarge,       // Again in smaller requests.
  kHold,           // Not these bytes' fault: access or address is wrong; a probe from time to time.
  kNotUnderstood,  // The receiver does not know the protocol: the same samples in another one.
};

struct SendResult {
  SendOutcome outcome = SendOutcome::kAccepted;
  int status = 0;                                   // Of HTTP; 0 where there was none.
  std::optional<std::chrono::seconds> retry_after;  // Within [1 s, 300 s].
  std::string error;  // What to show and log: one line, printable, without secrets. Empty if none.
  // Of kNotUnderstood: false where the samples may be wrong instead.
  bool certain = true;
  // Of kRejected: how many samples the receiver kept all the same. Remote write 2.0 only.
  std::size_t samples_written = 0;
  // The receiver's clock less ours, as its answer tells; to about a second.
  std::optional<std::chrono::nanoseconds> clock_offset;
  // Of kRetry: whether the samples may have arrived all the same.
  bool maybe_delivered = false;
};

// What an answer asks of the sender.
SendResult Judge(const HttpReply& reply, Protocol protocol);

// Sends write requests to one destination, one at a time, over one kept connection. Used by the
// sender's thread; EndBy by any.
class RemoteWriteClient {
 public:
  // The clock outlives it.
  RemoteWriteClient(TransportOptions options, const Clock& clock);

  SendResult Send(const WriteRequest& request);

  // A request in progress and all later ones end by this time.
  void EndBy(MonotonicTime time) { endpoint_.EndBy(time); }

 private:
  static SendResult Unauthorised(const Status& status);

  const Clock& clock_;
  Endpoint endpoint_;
};

}  // namespace hostpulse::push
