// Writes a queue directory with a backlog as an outage of the receiver leaves it, for measuring how
// it is caught up with: a third of the series constant, a third counters, a third decimal gauges.
//
// usage: fill_queue DIRECTORY DESTINATION SERIES INTERVAL_SECONDS HOURS

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/log/logger_registry.h"
#include "push/queue/disk_queue.h"

namespace hostpulse::push {
namespace {

constexpr std::uint32_t kKinds = 3;

SeriesPtr MakeSeries(SeriesId id) {
  auto series = std::make_shared<Series>();
  const std::string name = "fill_" + std::to_string(id % 300);
  series->id = id;
  series->labels = {{"__name__", name},
                    {"device", "dev" + std::to_string(id)},
                    {"instance", "bench"},
                    {"job", "node"}};
  const auto type =
      id % kKinds == 1 ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
  series->family =
      std::make_shared<const SeriesFamily>(SeriesFamily{name, type, "A series of a bench.", ""});
  return series;
}

class Values {
 public:
  explicit Values(std::uint32_t count) {
    for (SeriesId id = 1; id <= count; ++id) values_.push_back({id, static_cast<double>(id)});
  }

  const std::vector<SeriesValue>& Next() {
    for (SeriesValue& value : values_) {
      if (value.id % kKinds == 1) value.value += static_cast<double>(random_() % 100);
      if (value.id % kKinds == 2) value.value = static_cast<double>(random_() % 10000) / 100;
    }
    return values_;
  }

 private:
  std::minstd_rand random_{1};
  std::vector<SeriesValue> values_;
};

int Fill(const std::string& directory, const char* destination, std::uint32_t series,
         std::int64_t interval_ms, std::int64_t hours) {
  const SystemClock clock;
  LoggerRegistry loggers({}, clock);
  QueueOptions options;
  options.dir = directory;
  options.fsync = std::chrono::nanoseconds::max();
  auto queue = DiskQueue::Open(options, clock, loggers.Get("queue"));
  if (!queue.ok()) {
    std::fprintf(stderr, "fill_queue: %s\n", queue.status().message().c_str());
    return 1;
  }
  const auto cursor = (*queue)->Open(destination);
  const std::int64_t now_ms = ToUnixMillis(clock.Now()) / interval_ms * interval_ms;
  std::vector<SeriesPtr> added;
  for (SeriesId id = 1; id <= series; ++id) added.push_back(MakeSeries(id));
  Values values(series);
  for (std::int64_t at = now_ms - hours * 3'600'000; at < now_ms; at += interval_ms) {
    if (!(*queue)->Append({at, added, values.Next(), {}}).ok()) return 1;
    added.clear();
  }
  const CursorStats stats = cursor->Stats();
  const QueueStats size = (*queue)->Stats();
  std::printf("%llu samples, %llu bytes, %.3f bytes a sample\n",
              static_cast<unsigned long long>(stats.queued_samples),
              static_cast<unsigned long long>(size.bytes),
              static_cast<double>(size.bytes) / static_cast<double>(stats.queued_samples));
  return 0;
}

}  // namespace
}  // namespace hostpulse::push

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(stderr, "usage: fill_queue DIRECTORY DESTINATION SERIES INTERVAL_SECONDS HOURS\n");
    return 2;
  }
  return hostpulse::push::Fill(argv[1], argv[2], static_cast<std::uint32_t>(std::atoi(argv[3])),
                               1000 * std::atoll(argv[4]), std::atoll(argv[5]));
}
