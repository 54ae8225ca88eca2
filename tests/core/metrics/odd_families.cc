#include "tests/core/metrics/odd_families.h"

#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <string>

namespace hostpulse::test {
namespace {

struct NameAndType {
  std::string_view name;
  prometheus::MetricType type;
};

constexpr std::array<NameAndType, 24> kFamilies = {{
    {"a", kGauge},
    {"a_total", kCounter},
    {"a_total_total", kCounter},
    {"a_created", kUntyped},
    {"a_created_total", kCounter},
    {"a_count_total", kCounter},
    {"b_total", kCounter},
    {"b_created_total", kCounter},
    {"c", kCounter},
    {"c_bytes_total", kCounter},
    {"c_bytes", kUntyped},
    {"d_total", kGauge},
    {"d_total_total", kCounter},
    {"h", kHistogram},
    {"h_total", kCounter},
    {"h_count_total", kCounter},
    {"h_sum_total", kCounter},
    {"h_bucket_total", kCounter},
    {"h_created_total", kCounter},
    {"s", kSummary},
    {"s_total", kCounter},
    {"s_count_total", kCounter},
    {"s_created_total", kCounter},
    {"_total", kCounter},
}};

constexpr std::array<std::string_view, 8> kLabels = {"",
                                                     "eth0",
                                                     "\"",
                                                     "back\\slash and n\\n",
                                                     "a line\nand another, longer",
                                                     "broken \xFF\xC3( bytes",
                                                     "{le=\"1\"} 1",
                                                     "gr\xC3\xBC\xC3\x9F"};

double Value(std::mt19937_64& random) {
  switch (random() % 6) {
    case 0:
      return std::bit_cast<double>(random());
    case 1:
      return static_cast<double>(random() % 1000000) / 100;
    case 2:
      return std::array{HUGE_VAL, -HUGE_VAL, std::nan(""), -0.0, -1.0}[random() % 5];
    default:
      return static_cast<double>(random() >> (random() % 64));
  }
}

void FillHistogram(std::mt19937_64& random, prometheus::ClientMetric::Histogram& histogram) {
  histogram = {};
  histogram.sample_sum = static_cast<double>(random() % 1000) / 8;
  for (double bound = 1e-5; random() % 4 != 0; bound *= 100) {
    histogram.sample_count += random() % 3;
    histogram.bucket.push_back({histogram.sample_count, bound});
  }
  if (random() % 2 == 0) {
    const double infinity = std::numeric_limits<double>::infinity();
    histogram.bucket.push_back({histogram.sample_count, infinity});
  }
}

void FillSummary(std::mt19937_64& random, prometheus::ClientMetric::Summary& summary) {
  summary = {};
  summary.sample_count = random() % 100;
  summary.sample_sum = static_cast<double>(random() % 1000) / 8;
  for (const double quantile : {0.0, 0.5, 0.99, 1.0}) {
    if (random() % 2 == 0) summary.quantile.push_back({quantile, std::abs(Value(random))});
  }
}

void AddSample(std::mt19937_64& random, const NameAndType& family, FamilyBuilder& out) {
  const std::array<LabelView, 2> labels = {
      {{"device", kLabels[random() % kLabels.size()]}, {"mode", kLabels[random() % 4]}}};
  const auto used = std::span(labels).first(random() % 3);
  if (family.type == kHistogram) {
    FillHistogram(random, out.AddMetric(used).histogram);
  } else if (family.type == kSummary) {
    FillSummary(random, out.AddMetric(used).summary);
  } else if (random() % 4 != 0) {
    // Most counters are sound, else none would be shown as one.
    const bool sound = family.type == kCounter && random() % 8 != 0;
    out.Add(used, sound ? static_cast<double>(random() % 100) : Value(random));
  } else {
    auto& metric = out.AddMetric(used);
    metric.counter.value = metric.gauge.value = metric.untyped.value = 1;
    metric.timestamp_ms = static_cast<std::int64_t>(random() % 2000000000000);
  }
}

}  // namespace

void FillOddFamilies(std::mt19937_64& random, MetricBatch& batch) {
  batch.Begin();
  for (const NameAndType& each : kFamilies) {
    if (random() % 2 == 0) continue;
    const std::string_view help = random() % 3 == 0 ? "" : "\"Odd\" \\n help,\nof two lines.";
    FamilyBuilder& family = batch.Family(each.name, help, each.type);
    for (auto samples = random() % 4; samples > 0; --samples) AddSample(random, each, family);
  }
  batch.Finish();
}

}  // namespace hostpulse::test
