#include "exporter/http/basic_auth.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "exporter/http/ascii.h"
#include "exporter/http/bcrypt.h"

namespace hostpulse::http {
namespace {

constexpr std::size_t kMaxRemembered = 64;
constexpr std::chrono::minutes kRememberedFor{5};
constexpr int kMaxVerifying = 2;  // One that runs, one that waits.

std::optional<std::string> DecodeBase64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) return std::nullopt;
  std::string decoded(text.size() / 4 * 3, '\0');
  const int size = ::EVP_DecodeBlock(reinterpret_cast<unsigned char*>(decoded.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  decoded.resize(static_cast<std::size_t>(size) - padding);
  return decoded;
}

}  // namespace

std::optional<Credentials> ParseBasicCredentials(std::string_view authorization) {
  constexpr std::string_view kScheme = "Basic ";
  if (!EqualsIgnoreCase(authorization.substr(0, kScheme.size()), kScheme)) return std::nullopt;
  auto pair = DecodeBase64(Trim(authorization.substr(kScheme.size())));
  if (!pair) return std::nullopt;
  const std::size_t colon = pair->find(':');
  if (colon == pair->npos) return std::nullopt;
  return Credentials{pair->substr(0, colon), pair->substr(colon + 1)};
}

BasicAuth::BasicAuth(std::vector<BasicAuthUser> users, const Clock& clock)
    : users_(std::move(users)), clock_(clock) {
  if (users_.empty()) return;
  int cost = 0;
  for (const BasicAuthUser& user : users_) cost = std::max(cost, BcryptCost(user.hash));
  dummy_hash_ = DummyBcryptHash(cost);
  // Without randomness nothing that follows could be trusted.
  if (::RAND_bytes(key_.data(), static_cast<int>(key_.size())) != 1) std::abort();
}

BasicAuth::Outcome BasicAuth::Check(std::string_view authorization, std::string& user) {
  auto credentials = ParseBasicCredentials(authorization);
  if (!credentials) return Outcome::kRefused;
  const auto known = std::find_if(users_.begin(), users_.end(), [&](const BasicAuthUser& each) {
    return each.name == credentials->name;
  });
  const std::string& hash = known == users_.end() ? dummy_hash_ : known->hash;
  const Digest digest = DigestOf(credentials->name, hash, credentials->password);
  Outcome outcome = Outcome::kAccepted;
  if (!Recall(digest)) {
    outcome = Verify(credentials->password, hash);
    if (known == users_.end() && outcome == Outcome::kAccepted) outcome = Outcome::kRefused;
    if (outcome == Outcome::kAccepted) Remember(digest);
  }
  ::OPENSSL_cleanse(credentials->password.data(), credentials->password.size());
  if (outcome == Outcome::kAccepted) user = std::move(credentials->name);
  return outcome;
}

BasicAuth::Outcome BasicAuth::Verify(const std::string& password, const std::string& hash) {
  Outcome outcome = Outcome::kBusy;
  if (verifying_.fetch_add(1) < kMaxVerifying) {
    const MutexLock lock(bcrypt_);
    outcome = BcryptMatches(password, hash) ? Outcome::kAccepted : Outcome::kRefused;
  }
  verifying_.fetch_sub(1);
  return outcome;
}

// The lengths keep one triple from being read as another.
BasicAuth::Digest BasicAuth::DigestOf(std::string_view name, std::string_view hash,
                                      std::string_view password) const {
  std::string text;
  for (const std::string_view part : {name, hash, password}) {
    text.append(std::to_string(part.size())).append(":").append(part);
  }
  Digest digest{};
  unsigned int size = 0;
  ::HMAC(::EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  ::OPENSSL_cleanse(text.data(), text.size());
  return digest;
}

bool BasicAuth::Recall(const Digest& digest) {
  const MonotonicTime now = clock_.Monotonic();
  const MutexLock lock(mutex_);
  while (!remembered_.empty() && remembered_.back().last_used + kRememberedFor < now) {
    remembered_.pop_back();
  }
  for (auto each = remembered_.begin(); each != remembered_.end(); ++each) {
    if (::CRYPTO_memcmp(each->digest.data(), digest.data(), digest.size()) != 0) continue;
    each->last_used = now;
    remembered_.splice(remembered_.begin(), remembered_, each);
    return true;
  }
  return false;
}

void BasicAuth::Remember(const Digest& digest) {
  const MutexLock lock(mutex_);
  remembered_.push_front({digest, clock_.Monotonic()});
  if (remembered_.size() > kMaxRemembered) remembered_.pop_back();
}

}  // namespace hostpulse::http
