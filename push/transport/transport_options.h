#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "push/transport/option_checks.h"

namespace hostpulse::push {

// Secrets come inline or from a file, which is read again when it changes or after a 401. At most
// one of the two is set. None of them is ever logged or shown.
struct Secret {
  std::string value;
  std::string file;

  bool empty() const { return value.empty() && file.empty(); }
  bool operator==(const Secret&) const = default;
};

struct BasicAuthOptions {
  std::string username;
  Secret password;

  bool operator==(const BasicAuthOptions&) const = default;
};

// Prometheus' `authorization`; its older bearer_token and bearer_token_file are the same with the
// type left at Bearer.
struct AuthorizationOptions {
  std::string type = "Bearer";
  Secret credentials;

  bool operator==(const AuthorizationOptions&) const = default;
};

// The client credentials grant. The token is fetched with the destination's TLS and proxy settings
// and kept for four fifths of its life.
struct OAuth2Options {
  std::string client_id;
  Secret client_secret;
  std::string token_url;
  std::vector<std::string> scopes;
  std::map<std::string, std::string> endpoint_params;

  bool operator==(const OAuth2Options&) const = default;
};

// Prometheus' tls_config. Files are read for every new connection.
struct TlsOptions {
  std::string ca_file;  // Empty: the system's.
  std::string cert_file;
  std::string key_file;
  std::string server_name;  // Empty: the host of the URL.
  bool insecure_skip_verify = false;
  std::string min_version = "TLS12";  // Or TLS13.

  bool operator==(const TlsOptions&) const = default;
};

// How requests reach one URL.
struct TransportOptions {
  std::string url;  // http or https.
  std::chrono::nanoseconds remote_timeout = std::chrono::seconds(30);
  std::map<std::string, std::string> headers;
  std::optional<BasicAuthOptions> basic_auth;  // At most one of these three.
  std::optional<AuthorizationOptions> authorization;
  std::optional<OAuth2Options> oauth2;
  TlsOptions tls;
  std::string proxy_url;  // Empty: none; the environment is not looked at.

  bool operator==(const TransportOptions&) const = default;
};

// Everything that is wrong with the options by themselves, in the order of the struct: files and
// network are not touched. Empty: fine.
Problems Validate(const TransportOptions& options);

// Whether the files can be read. Errors: as ReadSecretFile.
Status CheckFiles(const TlsOptions& options);

}  // namespace hostpulse::push
