// Prints what a sample costs on its way from a collector into the exposition, step by step, in
// nanoseconds of CPU: encoder_bench [SECONDS-PER-SHAPE]. Build it without sanitizers (preset
// release). Fill includes the collector's side: a call with two labels per sample.
#include <time.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <string>
#include <vector>

#include "core/metrics/family_merge.h"
#include "core/metrics/metric_batch.h"
#include "core/metrics/openmetrics_encoder.h"
#include "core/metrics/text_encoder.h"

namespace hostpulse {
namespace {

struct Shape {
  const char* title;
  std::size_t batches;
  std::size_t families;  // Per batch, one in three without labels and with a single sample.
  std::size_t series;    // Per family with labels.
};

enum Step : std::size_t { kFill, kFinish, kMerge, kText, kOpenMetrics, kSteps };
constexpr std::array<const char*, kSteps> kStepNames = {"fill", "finish", "merge", "text",
                                                        "openmetrics"};

double CpuNanoseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

// A host of collectors with names, help and values of usual length; the values change every cycle.
class Host {
 public:
  explicit Host(const Shape& shape) : batches_(shape.batches) {
    for (std::size_t i = 0; i < shape.batches * shape.families; ++i) {
      names_.push_back("node_bench_family_" + std::to_string(i * 7919 % 10007) + "_bytes_total");
    }
    for (std::size_t i = 0; i < shape.series; ++i) devices_.push_back("device" + std::to_string(i));
  }

  void Fill(std::size_t cycle) {
    samples_ = 0;
    const std::size_t families = names_.size() / batches_.size();
    for (std::size_t b = 0; b < batches_.size(); ++b) {
      batches_[b].Begin();
      for (std::size_t f = b * families; f < (b + 1) * families; ++f) FillFamily(f, cycle);
    }
  }

  void Finish() {
    for (MetricBatch& batch : batches_) batch.Finish();
  }

  std::span<const FamilyView> Merge() {
    merger_.Begin();
    for (const MetricBatch& batch : batches_) merger_.Add(batch.families());
    return merger_.Finish();
  }

  std::size_t samples() const { return samples_; }

 private:
  void FillFamily(std::size_t index, std::size_t cycle) {
    MetricBatch& batch = batches_[index * batches_.size() / names_.size()];
    FamilyBuilder& family =
        batch.Family(names_[index], "What a family of this bench says of itself.", kCounter);
    if (index % 3 == 0) {
      family.Add(static_cast<double>(cycle) / 8);
      ++samples_;
      return;
    }
    // Most values of a host are counters of up to ten digits; a few have decimals.
    double value = static_cast<double>(cycle + index);
    for (const std::string& device : devices_) {
      value += index % 8 == 1 ? 1234.375 : 12345678;
      family.Add({{"device", device}, {"mode", "receive"}}, value);
    }
    samples_ += devices_.size();
  }

  std::deque<MetricBatch> batches_;
  std::vector<std::string> names_;
  std::vector<std::string> devices_;
  FamilyMerger merger_;
  std::size_t samples_ = 0;
};

using Times = std::array<double, kSteps>;

Times Cycle(Host& host, std::size_t number, std::string& text) {
  std::array<double, kSteps + 1> at{};
  at[kFill] = CpuNanoseconds();
  host.Fill(number);
  at[kFinish] = CpuNanoseconds();
  host.Finish();
  at[kMerge] = CpuNanoseconds();
  const auto families = host.Merge();
  at[kText] = CpuNanoseconds();
  EncodeText(families, text);
  at[kOpenMetrics] = CpuNanoseconds();
  EncodeOpenMetrics(families, text);
  at[kSteps] = CpuNanoseconds();
  Times took{};
  for (std::size_t step = 0; step < kSteps; ++step) took[step] = at[step + 1] - at[step];
  return took;
}

double Median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

void Run(const Shape& shape, double seconds) {
  Host host(shape);
  std::string text;
  std::array<std::vector<double>, kSteps> runs;
  const double end = CpuNanoseconds() + seconds * 1e9;
  for (std::size_t cycle = 0; CpuNanoseconds() < end; ++cycle) {
    const Times took = Cycle(host, cycle, text);
    if (cycle < 3) continue;  // Not warm yet.
    for (std::size_t step = 0; step < kSteps; ++step) runs[step].push_back(took[step]);
  }
  const auto samples = static_cast<double>(host.samples());
  double total = 0;
  std::printf("%s: %.0f samples, %zu cycles, median ns/sample:", shape.title, samples,
              runs[kFill].size());
  for (std::size_t step = 0; step < kSteps; ++step) {
    const double each = Median(runs[step]) / samples;
    if (step != kOpenMetrics) total += each;
    std::printf(" %s %.1f", kStepNames[step], each);
  }
  std::printf("; a text scrape %.1f\n", total);
}

}  // namespace
}  // namespace hostpulse

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 1;
  hostpulse::Run({"usual host", 25, 10, 4}, seconds);
  hostpulse::Run({"large host", 25, 10, 120}, seconds);
  hostpulse::Run({"one big family", 1, 2, 100000}, seconds);
}
