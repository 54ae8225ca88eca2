#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hostpulse {

// The names that someone who wrote `wanted` may have meant, best first, at most `most` of them: a
// few letters away (case aside), or the same last part behind a dot ("cpu": "collector.cpu").
// Empty where nothing is near.
std::vector<std::string> NearestNames(std::string_view wanted, std::span<const std::string> names,
                                      std::size_t most = 3);

// How an error ends that rejects a name: `; did you mean "a" or "b"?`, or nothing where nothing is
// near.
std::string DidYouMean(std::string_view wanted, std::span<const std::string> names);

}  // namespace hostpulse
