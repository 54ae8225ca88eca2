#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "exporter/http/http_message.h"

namespace hostpulse::http {

// The path as handlers see it: percent-decoded, absolute, valid UTF-8 without control characters,
// dot segments or an encoded slash. Nothing where it is none of that.
std::optional<std::string> DecodePath(std::string_view raw);

// What a sound HTTP request must still pass before anyone answers it: decodes its path in place.
// Returns the status to refuse it with, 0 to let it pass.
int PassGate(Request& request);

}  // namespace hostpulse::http
