#include "tests/push/queue/queue_fixture.h"

#include <algorithm>
#include <bit>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "push/series_table.h"

namespace hostpulse::push::test {

void Source::Resume(const Queue& queue) {
  living_.clear();
  for (const SeriesPtr& series : queue.Living()) living_[series->labels[0].value] = series;
  next_id_ = queue.NextId();
}

void Source::Add(const std::string& name) {
  auto series = std::make_shared<Series>();
  series->id = next_id_++;
  series->labels = {{"__name__", name}, {"job", "node"}};
  series->family = std::make_shared<const SeriesFamily>(
      SeriesFamily{name, prometheus::MetricType::Gauge, "Help of " + name, "seconds"});
  series->start_ms = now_ms - 5;
  living_[name] = series;
  pending_.push_back(series);
}

Collection Source::Make(const std::map<std::string, double>& values) {
  now_ms += 1000;
  added_.swap(pending_);
  pending_.clear();
  values_.clear();
  gone_.clear();
  last_ = {now_ms, {}};
  for (const auto& [name, value] : values) {
    values_.push_back({living_.at(name)->id, value});
    last_.samples[name] = std::bit_cast<std::uint64_t>(value);
  }
  for (const std::string& name : ending_) {
    gone_.push_back(living_.at(name)->id);
    last_.samples[name] = kStalenessBits;
    living_.erase(name);
  }
  ending_.clear();
  std::ranges::sort(values_, {}, &SeriesValue::id);
  std::ranges::sort(gone_);
  return {now_ms, added_, values_, gone_};
}

std::vector<Expected> CollectionsOf(const Batch& batch) {
  std::map<std::int64_t, Expected> by_time;
  for (const SeriesRun& run : batch.series) {
    for (const Sample& sample : batch.SamplesOf(run)) {
      Expected& collection = by_time[sample.timestamp_ms];
      collection.timestamp_ms = sample.timestamp_ms;
      collection.samples[run.series->labels[0].value] = std::bit_cast<std::uint64_t>(sample.value);
      EXPECT_EQ(run.series->family->help, "Help of " + run.series->family->name);
    }
  }
  std::vector<Expected> all;
  for (auto& [time, collection] : by_time) all.push_back(std::move(collection));
  return all;
}

DiskQueueTest::DiskQueueTest() {
  options_.dir = root_.path() + "/queue";
  options_.fsync = std::chrono::nanoseconds::max();  // Tests cut no power.
}

DiskQueueTest::~DiskQueueTest() {
  Close();
}

Status DiskQueueTest::Open(FileIo& io) {
  Close();
  auto opened = DiskQueue::Open(options_, clock_, loggers_.Get("queue"), io);
  if (!opened) return opened.status();
  queue_ = std::move(opened).value();
  source_.Resume(*queue_);
  cursor_ = queue_->Open("primary");
  return {};
}

void DiskQueueTest::Close() {
  cursor_.reset();
  queue_.reset();
}

void DiskQueueTest::Append(int collections) {
  for (int i = 0; i < collections; ++i) {
    for (const char* name : {"counter", "steady", "fraction"}) {
      if (!source_.living().contains(name)) source_.Add(name);
    }
    ++counter_;
    clock_.Advance(std::chrono::seconds(1));
    const Collection collection = source_.Make(
        {{"counter", counter_}, {"steady", 42}, {"fraction", counter_ * 0.37 + 0.001}});
    EXPECT_EQ(queue_->Append(collection), Status());
    appended_.push_back(source_.last());
  }
}

std::vector<Expected> DiskQueueTest::Drain() {
  std::vector<Expected> all;
  Batch batch;
  while (cursor_->Peek({}, batch)) {
    for (Expected& collection : CollectionsOf(batch)) all.push_back(std::move(collection));
    cursor_->Ack(batch.last_sequence);
    ExpectBalanced(cursor_->Stats());
  }
  EXPECT_EQ(cursor_->Stats().queued_samples, 0U);
  return all;
}

void DiskQueueTest::ExpectBalanced(const CursorStats& stats) const {
  EXPECT_EQ(stats.logged_samples, stats.released_samples + stats.queued_samples +
                                      stats.dropped_for_bytes + stats.dropped_for_age +
                                      stats.dropped_for_disk + stats.dropped_as_corrupt);
}

std::vector<std::string> DiskQueueTest::Segments() const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(options_.dir)) {
    const std::string name = entry.path().filename();
    if (name.ends_with(".seg")) names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

std::string DiskQueueTest::ReadFile(const std::string& name) const {
  std::ifstream in(options_.dir + "/" + name, std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  return content.str();
}

void DiskQueueTest::WriteFile(const std::string& name, const std::string& content) const {
  std::ofstream out(options_.dir + "/" + name, std::ios::binary | std::ios::trunc);
  out << content;
}

}  // namespace hostpulse::push::test
