#pragma once

#include <string_view>

namespace hostpulse::http {

// How a scrape is written, and how that is packed.
enum class Exposition { kText, kOpenMetrics, kProtobuf };
enum class Encoding { kIdentity, kGzip, kZstd };

// What an Accept header prefers (RFC 9110 section 12.5.1); text 0.0.4 where it says nothing, where
// it prefers nothing else, and where nothing that it accepts is there. OpenMetrics counts only if
// `openmetrics` says so; of equals, the text format comes before OpenMetrics before protobuf.
Exposition ChooseExposition(std::string_view accept, bool openmetrics);

// What an Accept-Encoding header prefers (RFC 9110 section 12.5.3). Of equals, gzip comes first,
// since it costs the least here, and no compression last.
Encoding ChooseEncoding(std::string_view accept_encoding);

}  // namespace hostpulse::http
