#include "push/transport/transport_options.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "push/transport/http_client.h"
#include "push/transport/watched_file.h"

namespace hostpulse::push {
namespace {

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

bool IsHeaderName(std::string_view name) {
  static constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return IsAlphanumeric(c) || kOthers.find(c) != std::string_view::npos;
  });
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

Problems Validate(const TransportOptions& options) {
  Problems problems;
  CheckUrl("url", options.url, problems);
  CheckDuration("remote_timeout", options.remote_timeout, std::chrono::milliseconds(1), problems);
  CheckHeaders(options, problems);
  CheckAuth(options, problems);
  CheckTls(options.tls, problems);
  if (!options.proxy_url.empty()) CheckUrl("proxy_url", options.proxy_url, problems);
  return problems;
}

Status CheckFiles(const TlsOptions& options) {
  for (const std::string* file : {&options.ca_file, &options.cert_file, &options.key_file}) {
    if (Status status = CheckFile(*file); !status.ok()) return status;
  }
  return {};
}

}  // namespace hostpulse::push
