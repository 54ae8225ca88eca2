#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/mutex.h"
#include "exporter/http/web_config.h"

namespace hostpulse::http {

// Checks basic authentication against bcrypt hashes. Passwords found right are remembered, as an
// HMAC under a key of this object's own, while they are used, so that a scrape does not pay for
// bcrypt; wrong ones are not, so that nobody can push the right ones out. Only one bcrypt runs at a
// time, and only one more request may wait for it. Thread safe.
class BasicAuth {
 public:
  enum class Outcome { kAccepted, kRefused, kBusy };

  // The clock must outlive it.
  BasicAuth(std::vector<BasicAuthUser> users, const Clock& clock);

  bool empty() const { return users_.empty(); }
  // Checks an Authorization header; sets `user` where it is accepted.
  Outcome Check(std::string_view authorization, std::string& user) HOSTPULSE_EXCLUDES(mutex_);

 private:
  using Digest = std::array<unsigned char, 32>;
  struct Remembered {
    Digest digest;
    MonotonicTime last_used;
  };

  Outcome Verify(const std::string& password, const std::string& hash);
  Digest DigestOf(std::string_view name, std::string_view hash, std::string_view password) const;
  bool Recall(const Digest& digest) HOSTPULSE_EXCLUDES(mutex_);
  void Remember(const Digest& digest) HOSTPULSE_EXCLUDES(mutex_);

  const std::vector<BasicAuthUser> users_;
  const Clock& clock_;
  std::string dummy_hash_;
  Digest key_{};
  std::atomic<int> verifying_ = 0;
  Mutex bcrypt_;
  Mutex mutex_;
  std::list<Remembered> remembered_ HOSTPULSE_GUARDED_BY(mutex_);  // Last used first.
};

// The name and password of "Basic dXNlcjpwYXNz"; nothing where the header is none.
struct Credentials {
  std::string name;
  std::string password;
};
std::optional<Credentials> ParseBasicCredentials(std::string_view authorization);

}  // namespace hostpulse::http
