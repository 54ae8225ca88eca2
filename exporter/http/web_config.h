#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hostpulse::http {

// What a TLS server asks of its clients, in exporter-toolkit's words.
enum class ClientAuth {
  kNone,              // NoClientCert
  kRequest,           // RequestClientCert: asked for, whatever comes is taken
  kRequireAny,        // RequireAnyClientCert, RequireClientCert: one, whoever signed it
  kVerifyIfGiven,     // VerifyClientCertIfGiven
  kRequireAndVerify,  // RequireAndVerifyClientCert
};

enum class TlsVersion { k12, k13 };

// A PEM text, or the file it stands in.
struct PemSource {
  std::string file;
  std::string text;

  bool empty() const { return file.empty() && text.empty(); }
  bool operator==(const PemSource&) const = default;
};

struct TlsConfig {
  PemSource certificate;  // The server's own first, then those that lead to its CA.
  PemSource key;
  PemSource client_ca;
  ClientAuth client_auth = ClientAuth::kNone;
  std::vector<std::string> client_allowed_sans;  // Empty: every client.
  TlsVersion min_version = TlsVersion::k12;
  TlsVersion max_version = TlsVersion::k13;
  std::vector<std::string> cipher_suites;  // OpenSSL's names; empty: all with forward secrecy.
  std::vector<std::string> curves;         // OpenSSL's names; empty: X25519, P-256, P-384.

  bool operator==(const TlsConfig&) const = default;
};

struct BasicAuthUser {
  std::string name;
  std::string hash;  // bcrypt, checked for its form.
};

struct RateLimit {
  std::chrono::nanoseconds interval{};
  std::size_t burst = 0;

  bool operator==(const RateLimit&) const = default;
};

// The web configuration: exporter-toolkit's file in plain structs.
struct WebConfig {
  std::optional<TlsConfig> tls;
  std::vector<BasicAuthUser> users;
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<RateLimit> rate_limit;
};

}  // namespace hostpulse::http
