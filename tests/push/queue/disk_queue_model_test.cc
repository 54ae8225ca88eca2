// The queue on disk beside a model of it: a list of collections, and how many of them each
// destination has. Random appends, reads, acknowledgements, restarts and kills; a seed that fails
// is in the output.

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <filesystem>
#include <limits>
#include <random>

#include "tests/push/queue/queue_fixture.h"

namespace hostpulse::push {
namespace {

using test::CollectionsOf;
using test::Expected;

constexpr std::array<const char*, 2> kDestinations = {"primary", "second"};

class DiskQueueModel : public test::DiskQueueTest, public testing::WithParamInterface<unsigned> {
 protected:
  struct Reader {
    std::unique_ptr<Cursor> cursor;
    std::size_t has = 0;      // Of appended_, acknowledged.
    bool may_repeat = false;  // After a kill, which an older place on disk survived.
  };

  DiskQueueModel() : random_(GetParam()) {}
  ~DiskQueueModel() override { CloseAll(); }

  unsigned Below(unsigned limit) {
    return std::uniform_int_distribution<unsigned>(0, limit - 1)(random_);
  }

  void CloseAll() {
    for (Reader& reader : readers_) reader.cursor.reset();
    Close();
  }
  void OpenAll() {
    ASSERT_EQ(Open(), Status());
    cursor_.reset();
    for (std::size_t i = 0; i < readers_.size(); ++i) {
      readers_[i].cursor = queue_->Open(kDestinations.at(i));
    }
  }

  double Value(double before) {
    switch (Below(9)) {
      case 0:
        return before + Below(1000);
      case 1:
        return std::round(before * 1000 + 1) / 1000;
      case 2:
        return std::bit_cast<double>(std::uint64_t{random_()} << 32 | random_());
      case 3:
        return std::bit_cast<double>(std::uint64_t{0x7ff8000000000000} | Below(1000));
      case 4:
        return Below(2) == 0 ? -0.0 : std::numeric_limits<double>::infinity();
      case 5:
        return std::numeric_limits<double>::denorm_min() * Below(1000);
      default:
        return before;
    }
  }

  void AppendOne() {
    if (names_.empty() || Below(20) == 0) {
      const std::string name = "series_" + std::to_string(made_++);
      source_.Add(name);
      names_.push_back(name);
      values_[name] = 0;
    }
    if (names_.size() > 3 && Below(25) == 0) {
      const std::size_t at = Below(static_cast<unsigned>(names_.size()));
      source_.End(names_[at]);
      values_.erase(names_[at]);
      names_.erase(names_.begin() + static_cast<std::ptrdiff_t>(at));
    }
    std::map<std::string, double> values;
    for (const std::string& name : names_) {
      if (values.empty() || Below(15) != 0) values[name] = values_[name] = Value(values_[name]);
    }
    clock_.Advance(std::chrono::milliseconds(100 + Below(1900)));
    ASSERT_EQ(queue_->Append(source_.Make(values)), Status());
    appended_.push_back(source_.last());
  }

  void Read(Reader& reader) {
    Batch batch;
    const PeekLimits limits{.max_samples = 1 + Below(200), .max_collections = 1 + Below(80)};
    if (!reader.cursor->Peek(limits, batch)) {
      EXPECT_EQ(reader.has, appended_.size()) << "nothing is given, and something is there";
      return;
    }
    const std::vector<Expected> given = CollectionsOf(batch);
    ASSERT_EQ(given.size(), batch.collections);
    const auto first =
        std::ranges::find(appended_, given.front().timestamp_ms, &Expected::timestamp_ms);
    const auto at = static_cast<std::size_t>(first - appended_.begin());
    if (reader.may_repeat) {
      EXPECT_LE(at, reader.has) << "collections left out";
      reader.has = std::min(at, reader.has);
      reader.may_repeat = false;
    }
    ASSERT_EQ(at, reader.has);
    ASSERT_LE(at + given.size(), appended_.size());
    for (std::size_t i = 0; i < given.size(); ++i) ASSERT_EQ(given[i], appended_[at + i]) << i;
    if (Below(10) < 7) {
      reader.cursor->Ack(batch.last_sequence);
      reader.has += given.size();
    }
    ExpectBalanced(reader.cursor->Stats());
  }

  void Restart() {
    CloseAll();
    OpenAll();
  }

  // What files hold at this moment is what kill -9 leaves.
  void Kill() {
    const std::string copy = root_.path() + "/queue" + std::to_string(++kills_);
    std::filesystem::copy(options_.dir, copy, std::filesystem::copy_options::recursive);
    CloseAll();
    std::filesystem::remove_all(options_.dir);
    options_.dir = copy;
    OpenAll();
    for (Reader& reader : readers_) reader.may_repeat = true;
  }

  void Step() {
    const unsigned roll = Below(100);
    if (roll < 60) {
      AppendOne();
    } else if (roll < 94) {
      Read(readers_.at(Below(kDestinations.size())));
    } else if (roll < 97) {
      Restart();
    } else {
      Kill();
    }
  }

  void Finish() {
    for (Reader& reader : readers_) {
      for (int i = 0; i < 10'000 && (reader.has < appended_.size() || reader.may_repeat); ++i) {
        if (reader.may_repeat && reader.cursor->Stats().queued_samples == 0) break;
        Read(reader);
        if (HasFatalFailure()) return;
      }
      EXPECT_EQ(reader.has, appended_.size());
    }
  }

  std::minstd_rand random_;
  std::array<Reader, kDestinations.size()> readers_;
  std::vector<std::string> names_;
  std::map<std::string, double> values_;
  int made_ = 0;
  int kills_ = 0;
};

TEST_P(DiskQueueModel, GivesEachDestinationEverythingInOrder) {
  if (Below(2) == 0) options_.fsync = {};
  OpenAll();
  for (int step = 0; step < 600 && !HasFailure(); ++step) {
    SCOPED_TRACE(step);
    Step();
  }
  if (!HasFailure()) Finish();
}

INSTANTIATE_TEST_SUITE_P(Seeds, DiskQueueModel, testing::Range(1U, 25U));

}  // namespace
}  // namespace hostpulse::push
