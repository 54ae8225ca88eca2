#pragma once

#include <prometheus/client_metric.h>

#include <string>
#include <string_view>

namespace hostpulse {

// A label as a collector has it: both views need to live only for the call that takes them. The
// value may be any bytes; what is stored is valid UTF-8 of at most 1,024 bytes.
struct LabelView {
  std::string_view name;
  std::string_view value;
};

// Stores `value` in `out` as valid UTF-8: each byte that is none becomes U+FFFD, and what would go
// beyond 1,024 bytes is cut off on a character border.
void AssignLabelValue(std::string_view value, std::string& out);

// Negative, zero or positive: by number of labels, then value by value, then name by name.
int CompareLabels(const prometheus::ClientMetric& a, const prometheus::ClientMetric& b);

}  // namespace hostpulse
