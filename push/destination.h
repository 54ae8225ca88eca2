#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "push/relabel.h"
#include "push/remote_write/protocol.h"
#include "push/transport/transport_options.h"

namespace hostpulse::push {

// The keys and defaults of the YAML block of the same name, where hostpulse knows them.
struct SendOptions {
  std::chrono::nanoseconds batch_send_deadline = std::chrono::seconds(5);
  std::size_t max_samples_per_send = 10'000;
  std::chrono::nanoseconds min_backoff = std::chrono::seconds(1);
  std::chrono::nanoseconds max_backoff = std::chrono::seconds(30);
  std::chrono::nanoseconds sample_age_limit{0};  // 0: none.

  bool operator==(const SendOptions&) const = default;
};

struct MetadataOptions {
  bool send = true;
  std::chrono::nanoseconds send_interval = std::chrono::minutes(10);

  bool operator==(const MetadataOptions&) const = default;
};

// One entry of remote_write: the same keys as Prometheus' block of that name. `transport` holds
// url, remote_timeout, headers, the ways to authenticate, tls_config and proxy_url.
struct DestinationOptions {
  std::string name;                       // Empty: DestinationName(url). Unique.
  std::string protobuf_message = "auto";  // Or prometheus.WriteRequest; auto sends that one.
  std::string compression = "auto";       // Or snappy.
  TransportOptions transport;
  std::vector<RelabelConfig> write_relabel_configs;
  SendOptions queue_config;
  MetadataOptions metadata_config;

  bool operator==(const DestinationOptions&) const = default;
};

// Everything that is wrong with the options by themselves, in the order of the struct: files and
// network are not touched. Empty: fine.
Problems Validate(const DestinationOptions& options);

// The name a destination has without one of its own: the host of its URL, and a few digits of a
// hash of the whole so that two paths on one host differ: "metrics-example-1a2b3c".
std::string DestinationName(std::string_view url);

// The name of the logger of a destination, "push.NAME": what is special in logger names is "_".
std::string DestinationLoggerName(std::string_view destination);

// The URL without user and password, and without its query: what may be logged and shown.
std::string RedactedUrl(std::string_view url);

// What a destination says of itself in answering.
struct DestinationAnswer {
  Protocol protocol;                                     // The leanest that it understands.
  std::optional<std::chrono::nanoseconds> clock_offset;  // Its clock less ours, where it tells.
};

// Whether the destination answers: reads its files, connects, and sends empty write requests until
// it understands one. For `hostpulse check`; each takes at most remote_timeout.
// Errors: kPermission where it lets nothing in, kInvalid where it refuses the request, kTimeout
// where it does not answer or has trouble; as ReadSecretFile for its files.
Result<DestinationAnswer> CheckDestination(const DestinationOptions& options);

}  // namespace hostpulse::push
