#pragma once

#include <array>

namespace prometheus {
class Counter;
class Gauge;
class Registry;
}  // namespace prometheus

namespace hostpulse::http {

// What client_golang's handler counts about itself, under the same names, because dashboards use
// them: promhttp_metric_handler_{requests_total,requests_in_flight,errors_total}. Thread safe.
class ScrapeCounters {
 public:
  // The registry must outlive it.
  explicit ScrapeCounters(prometheus::Registry& registry);

  void Begin();
  void End(int status);
  void CountGatheringError();

 private:
  static constexpr std::array kCodes = {200, 500, 503};

  prometheus::Gauge& in_flight_;
  prometheus::Counter& gathering_errors_;
  std::array<prometheus::Counter*, kCodes.size()> requests_;
};

}  // namespace hostpulse::http
