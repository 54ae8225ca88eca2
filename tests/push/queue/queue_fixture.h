#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/log/logger_registry.h"
#include "push/queue/disk_queue.h"
#include "tests/support/fake_clock.h"
#include "tests/support/log_capture.h"
#include "tests/support/temp_dir.h"

namespace hostpulse::push::test {

// A collection as it should come out: the bits of each value by the name of its series.
struct Expected {
  std::int64_t timestamp_ms = 0;
  std::map<std::string, std::uint64_t> samples;

  bool operator==(const Expected&) const = default;
};

// Makes collections and remembers them.
class Source {
 public:
  // Goes on after what a queue has.
  void Resume(const Queue& queue);

  // Adds a series; ends one.
  void Add(const std::string& name);
  void End(const std::string& name) { ending_.push_back(name); }

  // The next collection, of these values by name; series of `living()` that have none are absent.
  Collection Make(const std::map<std::string, double>& values);

  const std::map<std::string, SeriesPtr>& living() const { return living_; }
  const Expected& last() const { return last_; }
  std::int64_t now_ms = 1'795'395'700'000;

 private:
  SeriesId next_id_ = 1;
  std::map<std::string, SeriesPtr> living_;
  std::vector<std::string> ending_;
  std::vector<SeriesPtr> added_;
  std::vector<SeriesPtr> pending_;
  std::vector<SeriesValue> values_;
  std::vector<SeriesId> gone_;
  Expected last_;
};

// The collections of a batch, in the order of time.
std::vector<Expected> CollectionsOf(const Batch& batch);

// A queue in a directory of its own.
class DiskQueueTest : public testing::Test {
 protected:
  DiskQueueTest();
  ~DiskQueueTest() override;

  Status Open(FileIo& io = SystemFileIo());
  void Close();  // Cursor and queue.
  void Append(int collections = 1);
  // Everything that is queued for `cursor_`, acknowledged.
  std::vector<Expected> Drain();
  void ExpectBalanced(const CursorStats& stats) const;
  std::vector<std::string> Segments() const;
  std::string ReadFile(const std::string& name) const;
  void WriteFile(const std::string& name, const std::string& content) const;

  FakeClock clock_;
  LogCapture log_;
  LoggerRegistry loggers_{LoggerRegistryOptions{LogLevel::kInfo, LogFormat::kLogfmt, log_.fd()},
                          clock_};
  const TempDir root_;
  QueueOptions options_;
  std::unique_ptr<DiskQueue> queue_;
  std::unique_ptr<Cursor> cursor_;
  Source source_;
  std::vector<Expected> appended_;
  int counter_ = 0;
};

}  // namespace hostpulse::push::test
