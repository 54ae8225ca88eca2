#pragma once

#include <string>
#include <vector>

namespace hostpulse::fuzz {

// The segments of a small queue, as the queue wrote them: all kinds of values, series that come,
// go and are absent, a KEY in the middle.
std::vector<std::string> SampleSegments();

}  // namespace hostpulse::fuzz
