#pragma once

#include <string>
#include <string_view>

namespace hostpulse::http {

// "$2y$10$" and 53 more characters; costs from 4 to 14, since more takes seconds. To be asked
// before any hash is used: crypt_r takes what it does not know for an old DES hash.
bool IsBcryptHash(std::string_view hash);
int BcryptCost(std::string_view hash);

// A hash that nothing is the password of, at this cost: what is compared for a user who does not
// exist, so that it takes as long as for one who does.
std::string DummyBcryptHash(int cost);

// Whether `password` has this hash. Takes from 1 ms (cost 4) to most of a second (cost 14).
bool BcryptMatches(const std::string& password, const std::string& hash);

}  // namespace hostpulse::http
