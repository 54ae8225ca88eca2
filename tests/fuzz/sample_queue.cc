#include "tests/fuzz/sample_queue.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>

#include "core/log/logger_registry.h"
#include "push/queue/disk_queue.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_dir.h"

namespace hostpulse::fuzz {
namespace {

using push::SeriesId;

push::SeriesPtr MakeSeries(SeriesId id) {
  auto series = std::make_shared<push::Series>();
  const std::string name = "metric_" + std::to_string(id);
  series->id = id;
  series->labels = {{"__name__", name}, {"device", "d" + std::to_string(id)}, {"job", "node"}};
  series->family = std::make_shared<const push::SeriesFamily>(push::SeriesFamily{
      name, id % 2 == 0 ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge,
      "Help of it.", "bytes"});
  return series;
}

double ValueOf(SeriesId id, int collection) {
  switch (id % 6) {
    case 0:
      return collection;
    case 1:
      return 42;
    case 2:
      return collection * 0.37;
    case 3:
      return std::bit_cast<double>(0x0123456789abcdef * static_cast<std::uint64_t>(collection + 1));
    case 4:
      return -0.0;
    default:
      return std::numeric_limits<double>::infinity();
  }
}

void Fill(push::DiskQueue& queue) {
  constexpr int kCollections = 70;
  constexpr SeriesId kEnded = 7;
  for (int i = 0; i < kCollections; ++i) {
    std::vector<push::SeriesPtr> added;
    for (SeriesId id = 1; i == 0 && id <= 12; ++id) added.push_back(MakeSeries(id));
    if (i == 20) added.push_back(MakeSeries(13));
    std::vector<SeriesId> gone;
    if (i == 30) gone.push_back(kEnded);
    std::vector<push::SeriesValue> values;
    for (SeriesId id = 1; id <= (i < 20 ? 12U : 13U); ++id) {
      const bool ended = id == kEnded && i >= 30;
      const bool absent = id == 3 && i % 5 == 4;
      if (!ended && !absent) values.push_back({id, ValueOf(id, i)});
    }
    if (!queue.Append({1'795'000'000'000 + i * 1000, added, values, gone}).ok()) std::abort();
  }
}

}  // namespace

std::vector<std::string> SampleSegments() {
  const FakeClock clock;
  const TempDir root;
  LoggerRegistryOptions silent;
  silent.level = LogLevel::kOff;
  LoggerRegistry loggers(silent, clock);
  push::QueueOptions options;
  options.dir = root.path() + "/queue";
  options.fsync = std::chrono::nanoseconds::max();
  auto queue = push::DiskQueue::Open(options, clock, loggers.Get("queue"));
  if (!queue.ok()) std::abort();
  Fill(**queue);
  std::vector<std::string> segments;
  for (const auto& entry : std::filesystem::directory_iterator(options.dir)) {
    if (entry.path().extension() != ".seg") continue;
    std::ifstream in(entry.path(), std::ios::binary);
    segments.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  std::ranges::sort(segments);
  return segments;
}

}  // namespace hostpulse::fuzz
