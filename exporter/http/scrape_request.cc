#include "exporter/http/scrape_request.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>

namespace hostpulse::http {
namespace {

// What encoding, compression and the network may take of the scraper's time, at most.
constexpr std::chrono::milliseconds kReserve{250};
constexpr double kLongestTimeout = 3600;

}  // namespace

std::optional<MonotonicTime> ScrapeDeadline(std::string_view header, MonotonicTime now) {
  double seconds = 0;
  const char* end = header.data() + header.size();
  const auto [stop, error] = std::from_chars(header.data(), end, seconds);
  if (error != std::errc() || stop != end || !std::isfinite(seconds) || seconds <= 0) {
    return std::nullopt;
  }
  const std::chrono::duration<double> timeout(std::min(seconds, kLongestTimeout));
  const std::chrono::duration<double> reserve =
      std::min<std::chrono::duration<double>>(kReserve, timeout / 10);
  return now + std::chrono::duration_cast<MonotonicTime::duration>(timeout - reserve);
}

Result<ScrapeRequest> ParseScrapeRequest(const Request& request, bool openmetrics,
                                         MonotonicTime now) {
  auto parameters = QueryParameters(request.query);
  if (!parameters) return Status(ErrorCode::kInvalid, "The query is not validly encoded.");
  ScrapeRequest scrape;
  for (auto& [name, value] : *parameters) {
    if (name == "collect[]") {
      scrape.filter.collect.push_back(std::move(value));
    } else if (name == "exclude[]") {
      scrape.filter.exclude.push_back(std::move(value));
    } else if (name == "name[]") {
      scrape.names.push_back(std::move(value));
    }
  }
  if (!scrape.filter.collect.empty() && !scrape.filter.exclude.empty()) {
    return Status(ErrorCode::kInvalid, "Combined collect and exclude queries are not allowed.");
  }
  scrape.filter.deadline =
      ScrapeDeadline(request.Header("X-Prometheus-Scrape-Timeout-Seconds"), now);
  scrape.exposition = ChooseExposition(request.Header("Accept"), openmetrics);
  scrape.encoding = ChooseEncoding(request.Header("Accept-Encoding"));
  return scrape;
}

}  // namespace hostpulse::http
