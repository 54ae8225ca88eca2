#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/metrics/metric_source.h"
#include "core/result.h"
#include "exporter/http/http_message.h"
#include "exporter/http/negotiation.h"

namespace hostpulse::http {

// What a scrape asks for.
struct ScrapeRequest {
  GatherFilter filter;             // collect[] and exclude[], and the scraper's deadline.
  std::vector<std::string> names;  // name[]: only these families; empty for all.
  Exposition exposition = Exposition::kText;
  Encoding encoding = Encoding::kIdentity;
};

// `openmetrics`: whether that format may be chosen.
// Errors: kInvalid for a query that is broken or contradicts itself, in node_exporter's words.
Result<ScrapeRequest> ParseScrapeRequest(const Request& request, bool openmetrics,
                                         MonotonicTime now);

// When the answer must leave, by X-Prometheus-Scrape-Timeout-Seconds: a little earlier than the
// scraper gives up. Nothing for a value that is no such time.
std::optional<MonotonicTime> ScrapeDeadline(std::string_view header, MonotonicTime now);

}  // namespace hostpulse::http
