#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "push/transport/http_client.h"
#include "push/transport/transport_options.h"
#include "push/transport/watched_file.h"

namespace hostpulse::push {

// A secret as it is now: a file is read when it is first needed, when it changed, and after Forget.
// Not thread safe.
class SecretSource {
 public:
  explicit SecretSource(Secret secret) : secret_(std::move(secret)), file_(secret_.file) {}

  // Errors: as ReadSecretFile.
  Result<std::string> Read();
  void Forget() { read_.reset(); }

 private:
  Secret secret_;
  WatchedFile file_;
  std::optional<std::string> read_;
};

// Makes the value of the Authorization header. Not thread safe.
class Authorizer {
 public:
  // What the options ask for; user and password in the URL count as basic auth where they ask for
  // nothing. A token is fetched by `http`. The references outlive it.
  static std::unique_ptr<Authorizer> Make(const TransportOptions& options, HttpClient& http,
                                          const Clock& clock);
  virtual ~Authorizer() = default;

  // Empty where nothing is to be sent. Errors: kAbsent, kPermission, kIo or kInvalid for what has
  // to be put right on this host; kPermission also where a token is refused, and kTimeout where
  // the token's server does not answer.
  virtual Result<std::string> Header() = 0;

  // The last one was not accepted: files are read and tokens fetched anew.
  virtual void Refused() = 0;

  // What must not be shown, as far as it was ever read.
  virtual std::vector<std::string> Secrets() const = 0;
};

}  // namespace hostpulse::push
