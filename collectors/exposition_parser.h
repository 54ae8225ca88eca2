#pragma once

#include <prometheus/metric_family.h>

#include <cstddef>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace hostpulse::collectors {

struct ExpositionLimits {
  std::size_t samples = 10'000;  // Of all families together; a bucket counts as one.
  std::size_t line_bytes = 65'536;
};

struct Exposition {
  // In the order of their first line, each name once. `help` is empty where there is none, the type
  // untyped where there is none. Labels are sorted by name, buckets and quantiles by their bound.
  std::vector<prometheus::MetricFamily> families;
  // Lines, from 1, that are well-formed but that a caller may not want; 0 where there is none.
  int first_timestamp_line = 0;
  int first_duplicate_line = 0;  // Repeats a series; the first one has been kept.
};

// Reads the whole of a text exposition in Prometheus' format 0.0.4, as strictly as Prometheus' own
// library: all of it is right, or there is an error. Two things are stricter: a histogram or
// summary takes only samples that belong to its type, and counts must not be negative. Errors:
// kParse, "line 3: what is wrong" without a byte of the input, which may be a secret that a link
// led to.
Result<Exposition> ParseExposition(std::string_view text, const ExpositionLimits& limits = {});

}  // namespace hostpulse::collectors
