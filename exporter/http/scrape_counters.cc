#include "exporter/http/scrape_counters.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <algorithm>
#include <string>

namespace hostpulse::http {
namespace {

prometheus::Family<prometheus::Counter>& Counters(prometheus::Registry& registry, const char* name,
                                                  const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

// Encoding cannot fail here; that series is there because queries ask for it.
prometheus::Counter& Errors(prometheus::Registry& registry) {
  auto& errors = Counters(registry, "promhttp_metric_handler_errors_total",
                          "Errors met while answering scrapes.");
  errors.Add({{"cause", "encoding"}});
  return errors.Add({{"cause", "gathering"}});
}

}  // namespace

ScrapeCounters::ScrapeCounters(prometheus::Registry& registry)
    : in_flight_(prometheus::BuildGauge()
                     .Name("promhttp_metric_handler_requests_in_flight")
                     .Help("Scrapes that are being answered.")
                     .Register(registry)
                     .Add({})),
      gathering_errors_(Errors(registry)) {
  auto& requests = Counters(registry, "promhttp_metric_handler_requests_total",
                            "Scrapes answered, by HTTP status code.");
  for (std::size_t i = 0; i < kCodes.size(); ++i) {
    requests_[i] = &requests.Add({{"code", std::to_string(kCodes[i])}});
  }
}

void ScrapeCounters::Begin() {
  in_flight_.Increment();
}

void ScrapeCounters::End(int status) {
  in_flight_.Decrement();
  const auto* code = std::find(kCodes.begin(), kCodes.end(), status);
  if (code == kCodes.end()) return;
  requests_[static_cast<std::size_t>(code - kCodes.begin())]->Increment();
}

void ScrapeCounters::CountGatheringError() {
  gathering_errors_.Increment();
}

}  // namespace hostpulse::http
