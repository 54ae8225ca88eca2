#include "exporter/http/bcrypt.h"

#include <crypt.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <memory>

#include "exporter/http/ascii.h"

namespace hostpulse::http {
namespace {

constexpr std::size_t kHashSize = 60;
constexpr int kMinCost = 4;
constexpr int kMaxCost = 14;

bool IsBcryptDigit(char c) {
  return IsAlpha(c) || IsDigit(c) || c == '.' || c == '/';
}

}  // namespace

bool IsBcryptHash(std::string_view hash) {
  const bool head = hash.size() == kHashSize && hash.starts_with("$2") &&
                    (hash[2] == 'a' || hash[2] == 'b' || hash[2] == 'y') && hash[3] == '$' &&
                    IsDigit(hash[4]) && IsDigit(hash[5]) && hash[6] == '$';
  if (!head || !std::all_of(hash.begin() + 7, hash.end(), IsBcryptDigit)) return false;
  const int cost = BcryptCost(hash);
  return cost >= kMinCost && cost <= kMaxCost;
}

int BcryptCost(std::string_view hash) {
  return (hash[4] - '0') * 10 + (hash[5] - '0');
}

std::string DummyBcryptHash(int cost) {
  const std::string digits = {static_cast<char>('0' + cost / 10),
                              static_cast<char>('0' + cost % 10)};
  return "$2y$" + digits + "$" + std::string(kHashSize - 7, '.');
}

bool BcryptMatches(const std::string& password, const std::string& hash) {
  // As C strings they are compared; a password with a NUL would pass for what stands before it.
  if (!IsBcryptHash(hash) || password.find('\0') != password.npos) return false;
  const auto data = std::make_unique<crypt_data>();
  const char* result = ::crypt_r(password.c_str(), hash.c_str(), data.get());
  const bool same = result != nullptr && std::string_view(result).size() == hash.size() &&
                    ::CRYPTO_memcmp(result, hash.data(), hash.size()) == 0;
  ::OPENSSL_cleanse(data.get(), sizeof(*data));
  return same;
}

}  // namespace hostpulse::http
