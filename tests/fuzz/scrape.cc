// What a scraper may say besides the path: query, Accept, Accept-Encoding, its timeout and its
// password, one a line.

#include <cstdlib>
#include <string>
#include <string_view>

#include "core/utf8.h"
#include "exporter/http/basic_auth.h"
#include "exporter/http/scrape_request.h"
#include "tests/fuzz/fuzz_target.h"

using namespace hostpulse::http;

namespace {

std::string_view TakeLine(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

void CheckTexts(const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    if (!hostpulse::IsValidUtf8(text)) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  Request request;
  request.query = TakeLine(rest);
  for (const char* name : {"Accept", "Accept-Encoding", "X-Prometheus-Scrape-Timeout-Seconds"}) {
    request.headers.emplace_back(name, TakeLine(rest));
  }
  const hostpulse::MonotonicTime now{std::chrono::hours(1)};
  for (const bool openmetrics : {false, true}) {
    const auto scrape = ParseScrapeRequest(request, openmetrics, now);
    if (!scrape) {
      if (scrape.status().message().empty()) std::abort();
      continue;
    }
    CheckTexts(scrape->filter.collect);
    CheckTexts(scrape->filter.exclude);
    CheckTexts(scrape->names);
    if (!openmetrics && scrape->exposition == Exposition::kOpenMetrics) std::abort();
    const auto deadline = scrape->filter.deadline;
    if (deadline && (*deadline < now || *deadline > now + std::chrono::hours(2))) std::abort();
  }
  const auto credentials = ParseBasicCredentials(rest);
  if (credentials && credentials->name.find(':') != std::string::npos) std::abort();
  return 0;
}

std::vector<std::string> hostpulse::fuzz::Seeds() {
  return {
      "collect[]=cpu&collect%5B%5D=meminfo&name[]=node_load1\n"
      "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.4,*/*;q=0.1\n"
      "gzip;q=0.8, zstd, identity;q=0\n10\nBasic YWxpY2U6c2VjcmV0",
      "exclude[]=filesystem&a=%C3%BC&b=+\n"
      "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited\n"
      "*;q=0.001\n0.5\nbasic Og==",
      "collect[]=a&exclude[]=b\n\n\n1e300\n",
      "%ff&%zz=%\n;;q=1,,;q=\"\"\n,;q=nan\ninf\nBasic ====",
  };
}
