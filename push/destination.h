#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/log/logger.h"
#include "core/result.h"
#include "push/relabel.h"
#include "push/remote_write/transport_options.h"

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

// What is wrong with one key of a remote_write entry: "tls_config.min_version", "url", ...
struct OptionProblem {
  std::string key;
  std::string message;

  bool operator==(const OptionProblem&) const = default;
};

// Everything that is wrong with the options by themselves, in the order of the struct: files and
// network are not touched. Empty: fine.
std::vector<OptionProblem> Validate(const DestinationOptions& options);

// The name a destination has without one of its own: host and port of its URL, and a few digits of
// a hash of the whole so that two paths on one host differ. Safe in logger names and labels.
std::string DestinationName(std::string_view url);

// The URL without user and password, and without its query: what may be logged and shown.
std::string RedactedUrl(std::string_view url);

// Whether the destination answers: reads its files, connects, and sends an empty write request.
// For `hostpulse check`; takes at most remote_timeout.
Status CheckDestination(const DestinationOptions& options, Logger& log);

}  // namespace hostpulse::push
