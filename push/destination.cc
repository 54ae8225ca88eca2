#include "push/destination.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "core/clock.h"
#include "push/remote_write/compressor.h"
#include "push/remote_write/protocol_chooser.h"
#include "push/remote_write/remote_write_client.h"
#include "push/remote_write/watched_file.h"

namespace hostpulse::push {
namespace {

using Problems = std::vector<OptionProblem>;

// Headers that the protocol or libcurl sets.
constexpr std::array<std::string_view, 14> kReservedHeaders = {"accept-encoding",
                                                               "authorization",
                                                               "connection",
                                                               "content-encoding",
                                                               "content-length",
                                                               "content-type",
                                                               "expect",
                                                               "host",
                                                               "keep-alive",
                                                               "proxy-authorization",
                                                               "te",
                                                               "transfer-encoding",
                                                               "user-agent",
                                                               "x-prometheus-remote-write-version"};

constexpr std::size_t kLongestName = 128;

bool IsAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool IsHeaderName(std::string_view name) {
  static constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return IsAlphanumeric(c) || kOthers.find(c) != std::string_view::npos;
  });
}

bool HasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return (c >= 0 && c < ' ') || c == 127; });
}

std::string ToLower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return lower;
}

void CheckUrl(std::string_view key, const std::string& url, Problems& problems) {
  if (ParseUrl(url) && !HasControl(url)) return;
  problems.push_back({std::string(key), url.empty() ? "missing: wanted an http or https URL"
                                                    : "not an absolute http or https URL"});
}

void CheckOneOf(std::string_view key, std::string_view value,
                std::initializer_list<std::string_view> accepted, std::string_view why,
                Problems& problems) {
  if (std::find(accepted.begin(), accepted.end(), value) != accepted.end()) return;
  std::string list;
  for (const std::string_view one : accepted) list.append(list.empty() ? "" : " or ").append(one);
  std::string message = "\"" + std::string(value) + "\" ";
  problems.push_back({std::string(key), message.append(why).append(": wanted ").append(list)});
}

void CheckHeaders(const TransportOptions& options, Problems& problems) {
  for (const auto& [name, value] : options.headers) {
    const std::string key = "headers." + name;
    const std::string lower = ToLower(name);
    const bool reserved = std::find(kReservedHeaders.begin(), kReservedHeaders.end(), lower) !=
                          kReservedHeaders.end();
    if (reserved) problems.push_back({key, "this header is set by hostpulse itself"});
    if (!IsHeaderName(name)) problems.push_back({key, "not the name of a header"});
    if (HasControl(value)) problems.push_back({key, "its value has control characters"});
  }
}

void CheckSecret(const std::string& key, const Secret& secret, bool required, Problems& problems) {
  if (!secret.value.empty() && !secret.file.empty()) {
    problems.push_back({key, "given both inline and as a file: wanted one of them"});
  }
  if (required && secret.empty()) problems.push_back({key, "missing: inline or as a file"});
  if (HasControl(secret.value)) problems.push_back({key, "has control characters"});
}

void CheckAuth(const TransportOptions& options, Problems& problems) {
  const int ways = static_cast<int>(options.basic_auth.has_value()) +
                   static_cast<int>(options.authorization.has_value()) +
                   static_cast<int>(options.oauth2.has_value());
  if (ways > 1) {
    problems.push_back({"basic_auth",
                        "more than one of basic_auth, authorization (or "
                        "bearer_token) and oauth2: wanted one of them"});
  }
  if (options.basic_auth) {
    CheckSecret("basic_auth.password", options.basic_auth->password, false, problems);
    if (HasControl(options.basic_auth->username) ||
        options.basic_auth->username.find(':') != std::string::npos) {
      problems.push_back({"basic_auth.username", "has a colon or control characters"});
    }
  }
  if (options.authorization) {
    CheckSecret("authorization.credentials", options.authorization->credentials, true, problems);
    if (!IsHeaderName(options.authorization->type) ||
        ToLower(options.authorization->type) == "basic") {
      problems.push_back({"authorization.type", "wanted one word, and basic_auth for Basic"});
    }
  }
  if (options.oauth2) {
    CheckSecret("oauth2.client_secret", options.oauth2->client_secret, true, problems);
    CheckUrl("oauth2.token_url", options.oauth2->token_url, problems);
    if (options.oauth2->client_id.empty()) problems.push_back({"oauth2.client_id", "missing"});
  }
}

void CheckTls(const TlsOptions& tls, Problems& problems) {
  CheckOneOf("tls_config.min_version", tls.min_version, {"TLS12", "TLS13"}, "is not accepted",
             problems);
  if (tls.cert_file.empty() != tls.key_file.empty()) {
    problems.push_back({tls.cert_file.empty() ? "tls_config.cert_file" : "tls_config.key_file",
                        "missing: a client certificate needs both cert_file and key_file"});
  }
}

// No wait of a sender is longer: what is larger is a mistake in its unit.
constexpr auto kLongestWait = std::chrono::hours(24);

void CheckDuration(std::string_view key, std::chrono::nanoseconds value,
                   std::chrono::nanoseconds least, Problems& problems) {
  if (value >= least && value <= kLongestWait) return;
  problems.push_back({std::string(key), least.count() == 0
                                            ? "wanted 0s to 24h"
                                            : "wanted a time above 0 and up to 24h"});
}

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

// Errors: as ReadSecretFile.
Status CheckFile(const std::string& path) {
  if (path.empty()) return {};
  const Result<std::string> content = ReadSecretFile(path);
  // Certificates of a whole authority may be longer than a secret: that they open is enough.
  const bool only_long = content.status().code() == ErrorCode::kInvalid &&
                         content.status().message().find("longer") != std::string::npos;
  return only_long ? Status() : content.status();
}

}  // namespace

std::vector<OptionProblem> Validate(const DestinationOptions& options) {
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
  const TransportOptions& transport = options.transport;
  CheckUrl("url", transport.url, problems);
  CheckDuration("remote_timeout", transport.remote_timeout, std::chrono::milliseconds(1), problems);
  CheckHeaders(transport, problems);
  CheckAuth(transport, problems);
  CheckTls(transport.tls, problems);
  if (!transport.proxy_url.empty()) CheckUrl("proxy_url", transport.proxy_url, problems);
  if (const auto rules = Relabeler::Compile(options.write_relabel_configs); !rules.ok()) {
    problems.push_back({"write_relabel_configs", rules.status().message()});
  }
  CheckQueue(options.queue_config, problems);
  CheckDuration("metadata_config.send_interval", options.metadata_config.send_interval,
                std::chrono::milliseconds(1), problems);
  return problems;
}

std::string DestinationName(std::string_view url) {
  // FNV-1a: the name must stay the same for good, whatever the standard library does.
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : url) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
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

Status CheckDestination(const DestinationOptions& options) {
  const TlsOptions& tls = options.transport.tls;
  for (const std::string* file : {&tls.ca_file, &tls.cert_file, &tls.key_file}) {
    if (Status status = CheckFile(*file); !status.ok()) return status;
  }
  const SystemClock clock;
  RemoteWriteClient client(options.transport, clock);
  Compressor compressor;
  const Protocol protocol = ProtocolChooser(options.protobuf_message, options.compression).last();
  const SendResult result = client.Send({compressor.Compress("", protocol), protocol});
  switch (result.outcome) {
    case SendOutcome::kAccepted:
      return {};
    case SendOutcome::kHold:
      return {ErrorCode::kPermission, result.error};
    case SendOutcome::kRejected:
    case SendOutcome::kTooLarge:
    case SendOutcome::kNotUnderstood:
      return {ErrorCode::kInvalid, result.error};
    case SendOutcome::kRetry:
      break;
  }
  return {ErrorCode::kTimeout, result.error};
}

}  // namespace hostpulse::push
