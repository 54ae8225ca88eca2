#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/metrics/metric_batch.h"
#include "core/metrics/metric_source.h"

namespace hostpulse::push::test {

// A source whose gauges a test sets: `Set("load", {{"cpu", "0"}}, 1)`. Thread safe.
class FakeSource final : public MetricSource {
 public:
  void Set(std::string_view family, std::vector<LabelView> labels, double value);
  void Set(std::string_view family, double value) { Set(family, {}, value); }
  void Remove(std::string_view family);
  void SetCollectorSuccess(std::string_view collector, bool success) {
    Set("node_scrape_collector_success", {{"collector", collector}}, success ? 1 : 0);
  }
  void Fail(Status status);  // Until Fail(Status()).

  Status Gather(const GatherFilter& filter, FamilyVisitor visit) override;

 private:
  using Labels = std::vector<std::pair<std::string, std::string>>;

  std::mutex mutex_;
  std::map<std::string, std::map<Labels, double>, std::less<>> gauges_;
  Status failure_;
  MetricBatch batch_;
};

}  // namespace hostpulse::push::test
