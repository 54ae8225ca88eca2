#pragma once

#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/gzip/gzip_writer.h"
#include "push/labels.h"
#include "push/transport/endpoint.h"
#include "push/transport/transport_options.h"

namespace hostpulse::push {

// How a Pushgateway answered.
struct GatewayAnswer {
  int status = 0;     // Of HTTP; 0 where there was no answer.
  std::string error;  // What to show and log: one line, without secrets. Empty: it was accepted.

  bool ok() const { return error.empty(); }
};

// Keeps one group of a Pushgateway. Used by one thread; EndBy by any.
class GatewayClient {
 public:
  // `url` is the Pushgateway's own, with the prefix of its --web.route-prefix; `group` is the
  // grouping key. The clock outlives it.
  GatewayClient(const TransportOptions& options, const LabelSet& group, const Clock& clock);

  // Puts these metrics, in the text format without timestamps, in place of the whole group.
  GatewayAnswer Push(std::string_view text);
  GatewayAnswer Delete();
  // Whether it is there, lets us in and is ready.
  GatewayAnswer Probe();

  void EndBy(MonotonicTime time) { endpoint_.EndBy(time); }

 private:
  GatewayAnswer Put(std::string_view body, bool packed);
  GatewayAnswer Send(EndpointRequest request);

  const std::string group_path_;
  Endpoint endpoint_;
  GzipWriter gzip_;
  bool takes_gzip_ = true;  // 1.5 does; to one that does not, plain text goes from then on.
};

}  // namespace hostpulse::push
