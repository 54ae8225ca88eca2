#include "push/destination.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "core/clock.h"
#include "push/remote_write/compressor.h"
#include "push/remote_write/protocol_chooser.h"
#include "push/remote_write/remote_write_client.h"
#include "push/stable_hash.h"
#include "push/transport/http_client.h"

namespace hostpulse::push {
namespace {

constexpr std::size_t kLongestName = 128;

void CheckQueue(const SendOptions& options, Problems& problems) {
  constexpr std::chrono::nanoseconds kNone{0};
  constexpr std::chrono::nanoseconds kLeast = std::chrono::milliseconds(1);
  CheckDuration("queue_config.batch_send_deadline", options.batch_send_deadline, kNone, problems);
  if (options.max_samples_per_send < 1 || options.max_samples_per_send > 1'000'000) {
    problems.push_back({"queue_config.max_samples_per_send", "wanted 1 to 1000000"});
  }
  CheckDuration("queue_config.min_backoff", options.min_backoff, kLeast, problems);
  CheckDuration("queue_config.max_backoff", options.max_backoff, kLeast, problems);
  if (options.max_backoff < options.min_backoff) {
    problems.push_back({"queue_config.max_backoff", "below min_backoff"});
  }
  if (options.sample_age_limit < kNone) {
    problems.push_back({"queue_config.sample_age_limit", "wanted 0s (no limit) or more"});
  }
}

}  // namespace

Problems Validate(const DestinationOptions& options) {
  Problems problems;
  const bool bad_name = options.name.size() > kLongestName || HasControl(options.name);
  if (bad_name) problems.push_back({"name", "wanted at most 128 printable characters"});
  CheckOneOf("protobuf_message", options.protobuf_message, {kAuto, kMessage1, kMessage2},
             "is not a message", problems);
  CheckOneOf("compression", options.compression, {kAuto, kSnappy, kZstd}, "is not accepted",
             problems);
  if (options.compression == kZstd && options.protobuf_message == kMessage2) {
    problems.push_back({"compression", "zstd is VictoriaMetrics' own, which goes with " +
                                           std::string(kMessage1) + " only"});
  }
  for (OptionProblem& problem : Validate(options.transport)) {
    problems.push_back(std::move(problem));
  }
  if (const auto rules = Relabeler::Compile(options.write_relabel_configs); !rules.ok()) {
    problems.push_back({"write_relabel_configs", rules.status().message()});
  }
  CheckQueue(options.queue_config, problems);
  CheckDuration("metadata_config.send_interval", options.metadata_config.send_interval,
                std::chrono::milliseconds(1), problems);
  return problems;
}

std::string DestinationName(std::string_view url) {
  const std::uint64_t hash = StableHash(url);
  const std::optional<UrlParts> parts = ParseUrl(url);
  std::string name;
  for (const char c : parts ? parts->host : "destination") {
    if (c != '[' && c != ']') name += IsAlphanumeric(c) ? c : '-';
  }
  name += '-';
  for (int shift = 20; shift >= 0; shift -= 4) name += "0123456789abcdef"[hash >> shift & 0xf];
  return name;
}

std::string DestinationLoggerName(std::string_view destination) {
  std::string name = "push.";
  for (const char c : destination) name += IsAlphanumeric(c) || c == '-' ? c : '_';
  return name;
}

std::string RedactedUrl(std::string_view url) {
  std::optional<UrlParts> parts = ParseUrl(url);
  if (!parts) return "<not a URL>";
  parts->query.clear();
  return FormatUrl(*parts);
}

Result<DestinationAnswer> CheckDestination(const DestinationOptions& options) {
  if (Status status = CheckFiles(options.transport.tls); !status.ok()) return status;
  const SystemClock clock;
  RemoteWriteClient client(options.transport, clock);
  Compressor compressor;
  ProtocolChooser chooser(options.protobuf_message, options.compression);
  SendResult result;
  do {
    result = client.Send({compressor.Compress("", chooser.current()), chooser.current()});
  } while (result.outcome == SendOutcome::kNotUnderstood &&
           chooser.StepDown(true, clock.Monotonic()));
  switch (result.outcome) {
    case SendOutcome::kAccepted:
      return DestinationAnswer{chooser.current(), result.clock_offset};
    case SendOutcome::kHold:
      return Status(ErrorCode::kPermission, result.error);
    case SendOutcome::kRejected:
    case SendOutcome::kTooLarge:
    case SendOutcome::kNotUnderstood:
      return Status(ErrorCode::kInvalid, result.error);
    case SendOutcome::kRetry:
      break;
  }
  return Status(ErrorCode::kTimeout, result.error);
}

}  // namespace hostpulse::push
