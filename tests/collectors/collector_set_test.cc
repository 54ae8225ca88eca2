#include "collectors/collector_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/alloc_counter.h"
#include "tests/support/collector_harness.h"

namespace hostpulse::collectors {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

// A door that a collector hangs at until a test opens it.
class Gate {
 public:
  void Open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void Close() {
    const std::lock_guard lock(mutex_);
    open_ = false;
  }
  void Pass() {
    std::unique_lock lock(mutex_);
    ++arrived_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
    ++passed_;
    changed_.notify_all();
  }
  bool AwaitPassed(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(30), [&] { return passed_ >= count; });
  }
  int arrived() {
    const std::lock_guard lock(mutex_);
    return arrived_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true;
  int arrived_ = 0;
  int passed_ = 0;
};

// What the collectors of this file do; they find it under their names. A collector that hangs may
// outlive its test, so what it touches is never taken down.
struct Script {
  Status status;
  double value = 1;
  bool throws = false;
  bool repeats = false;
  std::chrono::nanoseconds takes{};
  Gate gate;
};

std::map<std::string, std::shared_ptr<Script>, std::less<>>& Scripts() {
  static auto& scripts = *new std::map<std::string, std::shared_ptr<Script>, std::less<>>;
  return scripts;
}
FakeClock& TheClock() {
  static auto& clock = *new FakeClock;
  return clock;
}

constexpr MetricDesc kShared = {"shared", kGauge, "by", "", "Of several collectors."};

class ScriptedCollector final : public Collector {
 public:
  explicit ScriptedCollector(std::string name)
      : name_(std::move(name)), script_(Scripts()[name_]) {}

  Status Collect(MetricBatch& out) override {
    out.Family("node_" + name_, "Scripted.", kGauge).Add(script_->value);
    if (script_->repeats) out.Family("node_" + name_, "Scripted.", kGauge).Add(7);
    out.Family(kShared).Add({{"by", name_}}, 1);
    script_->gate.Pass();
    TheClock().Advance(script_->takes);
    if (script_->throws) throw std::runtime_error("thrown by the collector");
    return script_->status;
  }

 private:
  const std::string name_;
  const std::shared_ptr<Script> script_;
};

template <char kName>
Result<std::unique_ptr<Collector>> Make(const CollectorContext&) {
  return std::unique_ptr<Collector>(std::make_unique<ScriptedCollector>(std::string(1, kName)));
}
Result<std::unique_ptr<Collector>> MakeNone(const CollectorContext&) {
  return {ErrorCode::kInvalid, "--collector.bad.flag: not so"};
}

// Quick ones a, b, c; v, w, x, y, z may block.
constexpr CollectorSpec kA = {.name = "a", .make = Make<'a'>};
constexpr CollectorSpec kB = {.name = "b", .make = Make<'b'>};
constexpr CollectorSpec kBad = {.name = "bad", .make = MakeNone};
constexpr CollectorSpec kC = {.name = "c", .make = Make<'c'>};
constexpr CollectorSpec kV = {.name = "v", .may_block = true, .make = Make<'v'>};
constexpr CollectorSpec kW = {.name = "w", .may_block = true, .make = Make<'w'>};
constexpr CollectorSpec kX = {.name = "x", .may_block = true, .make = Make<'x'>};
constexpr CollectorSpec kY = {.name = "y", .may_block = true, .make = Make<'y'>};
constexpr CollectorSpec kZ = {.name = "z", .may_block = true, .make = Make<'z'>};
constexpr std::array kTable = {&kA, &kB, &kBad, &kC, &kV, &kW, &kX, &kY, &kZ};

GatherFilter Only(std::vector<std::string> names) {
  GatherFilter filter;
  filter.collect = std::move(names);
  return filter;
}
GatherFilter AllBut(std::vector<std::string> names) {
  GatherFilter filter;
  filter.exclude = std::move(names);
  return filter;
}
GatherFilter Within(std::chrono::nanoseconds time) {
  GatherFilter filter;
  filter.deadline = TheClock().Monotonic() + time;
  return filter;
}

// Whether `holds` comes true within half a minute.
template <typename Condition>
bool Eventually(Condition holds) {
  for (int i = 0; i < 15'000; ++i) {
    if (holds()) return true;
    std::this_thread::sleep_for(milliseconds(2));
  }
  return false;
}

class CollectorSetTest : public testing::Test {
 protected:
  CollectorSetTest() {
    Scripts().clear();
    for (const CollectorSpec* spec : kTable) {
      Scripts()[std::string(spec->name)] = std::make_shared<Script>();
    }
  }
  ~CollectorSetTest() override {
    for (auto& [name, script] : Scripts()) script->gate.Open();
  }

  Result<std::unique_ptr<CollectorSet>> TryMake(std::vector<std::string> enabled) {
    CollectorSetOptions options;
    options.enabled = std::move(enabled);
    options.block_timeout = block_timeout_;
    options.table = kTable;
    return CollectorSet::Create(std::move(options), TheClock(), loggers_);
  }
  void Enable(std::vector<std::string> names) {
    auto made = TryMake(std::move(names));
    ASSERT_EQ(made.status(), Status());
    set_ = std::move(made).value();
  }

  // The samples of a Gather, or what it said.
  std::string Gather(const GatherFilter& filter = {}) {
    std::string text;
    const Status status = set_->Gather(filter, [&](std::span<const FamilyView> families) {
      EXPECT_TRUE(
          std::is_sorted(families.begin(), families.end(),
                         [](const FamilyView& a, const FamilyView& b) { return a.name < b.name; }));
      text = SamplesOf(families);
    });
    return status.ok() ? text : status.message();
  }
  // Collectors with their success: "a1 b0".
  std::string Successes(const GatherFilter& filter = {}) {
    const std::string text = Gather(filter);
    const std::string wanted = "node_scrape_collector_success{collector=\"";
    std::string out;
    for (std::size_t at = 0; (at = text.find(wanted, at)) != text.npos;) {
      at += wanted.size();
      const std::size_t quote = text.find('"', at);
      out += (out.empty() ? "" : " ") + text.substr(at, quote - at) + text[quote + 3];
    }
    return out;
  }
  Script& script(std::string_view name) { return *Scripts().find(name)->second; }

  std::chrono::nanoseconds block_timeout_ = std::chrono::seconds(30);
  LogCapture log_;
  LoggerRegistry loggers_{{.fd = log_.fd()}, TheClock()};
  std::unique_ptr<CollectorSet> set_;
};

TEST_F(CollectorSetTest, MergesTheFamiliesOfAllAndAddsHowTheyFared) {
  Enable({"b", "x", "a"});
  EXPECT_EQ(Gather(),
            "node_a 1\n"
            "node_b 1\n"
            "node_scrape_collector_duration_seconds{collector=\"a\"} 0\n"
            "node_scrape_collector_duration_seconds{collector=\"b\"} 0\n"
            "node_scrape_collector_duration_seconds{collector=\"x\"} 0\n"
            "node_scrape_collector_success{collector=\"a\"} 1\n"
            "node_scrape_collector_success{collector=\"b\"} 1\n"
            "node_scrape_collector_success{collector=\"x\"} 1\n"
            "node_x 1\n"
            "shared{by=\"a\"} 1\n"
            "shared{by=\"b\"} 1\n"
            "shared{by=\"x\"} 1\n");
}

// Quick ones only: what runs beside them would see the clock move, too.
TEST_F(CollectorSetTest, TellsHowLongEachTook) {
  Enable({"a", "b"});
  script("b").takes = milliseconds(250);
  const std::string text = Gather();
  EXPECT_THAT(text, HasSubstr("node_scrape_collector_duration_seconds{collector=\"a\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("node_scrape_collector_duration_seconds{collector=\"b\"} 0.25\n"));
}

TEST_F(CollectorSetTest, ExposesWhatAFailedCollectorHadAdded) {
  Enable({"a", "x"});
  script("a").status = {ErrorCode::kParse, "/proc/a: cannot parse f"};
  script("x").status = {ErrorCode::kAbsent, "/proc/x: open: No such file"};
  const std::string text = Gather();
  EXPECT_THAT(text, HasSubstr("node_a 1\n"));
  EXPECT_THAT(text, HasSubstr("node_scrape_collector_success{collector=\"a\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("node_x 1\n"));
  EXPECT_THAT(text, HasSubstr("node_scrape_collector_success{collector=\"x\"} 0\n"));
}

TEST_F(CollectorSetTest, TakesAnExceptionForAFailureOfItsCollector) {
  Enable({"a", "b", "x"});
  script("a").throws = true;
  script("x").throws = true;
  EXPECT_EQ(Successes(), "a0 b1 x0");
  EXPECT_THAT(log_.Take(), HasSubstr("thrown by the collector"));
  script("x").throws = false;
  EXPECT_EQ(Successes(), "a0 b1 x1");
}

TEST_F(CollectorSetTest, RunsOnlyWhatIsCollectedFor) {
  Enable({"a", "b", "x"});
  EXPECT_EQ(Successes(Only({"x", "a", "x"})), "a1 x1");
  EXPECT_EQ(script("b").gate.arrived(), 0);
  EXPECT_EQ(Gather(Only({"nonsense"})), "missing collector: nonsense");
  EXPECT_EQ(Gather(Only({"a", "c"})), "disabled collector: c");
}

TEST_F(CollectorSetTest, LeavesOutWhatIsExcluded) {
  Enable({"a", "b", "x"});
  EXPECT_EQ(Successes(AllBut({"b"})), "a1 x1");
  EXPECT_EQ(Successes(AllBut({"nonsense"})), "a1 b1 x1");
  EXPECT_EQ(Successes(AllBut({"a", "b", "x"})), "a1 b1 x1") << "nothing left filters nothing";
}

TEST_F(CollectorSetTest, SaysWhichCollectorsCannotBeMade) {
  const auto made = TryMake({"bad", "a", "nonsense"});
  EXPECT_EQ(made.status().code(), ErrorCode::kInvalid);
  EXPECT_EQ(made.status().message(),
            "--collector.bad.flag: not so\n"
            "missing collector: nonsense");
}

TEST_F(CollectorSetTest, CountsSamplesThatRepeatASeries) {
  Enable({"a", "b"});
  EXPECT_EQ(set_->duplicates(), 0U);
  script("a").repeats = true;
  EXPECT_THAT(Gather(), Not(HasSubstr("node_a 7")));
  EXPECT_EQ(set_->duplicates(), 1U);
  Gather();
  EXPECT_EQ(set_->duplicates(), 2U);
}

TEST_F(CollectorSetTest, ReportsTheLastRunOfEach) {
  Enable({"a", "b"});
  EXPECT_FALSE(set_->Reports().front().ran);
  script("b").status = {ErrorCode::kIo, "/proc/b: read: Input/output error"};
  script("b").takes = milliseconds(3);
  Gather();
  const auto reports = set_->Reports();
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_EQ(reports[0].name, "a");
  EXPECT_TRUE(reports[0].ran);
  EXPECT_EQ(reports[0].status, Status());
  EXPECT_EQ(reports[1].status, script("b").status);
  EXPECT_EQ(reports[1].duration, milliseconds(3));
}

TEST_F(CollectorSetTest, LogsAFailureOnceUntilItIsAnotherOne) {
  Enable({"a"});
  script("a").status = {ErrorCode::kParse, "/proc/a: cannot parse f in \"f 1x\""};
  Gather();
  const std::string first = log_.Take();
  EXPECT_THAT(first, HasSubstr("level=ERROR"));
  EXPECT_THAT(first, HasSubstr("collector.a"));
  EXPECT_THAT(first, HasSubstr("/proc/a: cannot parse f in"));
  script("a").status = {ErrorCode::kParse, "/proc/a: cannot parse f in \"f 2x\""};
  Gather();
  EXPECT_EQ(log_.Take(), "") << "only the number in the quoted line is another one";
  script("a").status = {ErrorCode::kIo, "/proc/a: read: Input/output error"};
  Gather();
  EXPECT_THAT(log_.Take(), HasSubstr("Input/output error"));
  script("a").status = {};
  Gather();
  EXPECT_THAT(log_.Take(), HasSubstr("level=INFO"));
  Gather();
  EXPECT_EQ(log_.Take(), "");
}

TEST_F(CollectorSetTest, WarnsOfAPermissionAndIsQuietAboutWhatIsAbsent) {
  Enable({"a", "b"});
  script("a").status = {ErrorCode::kPermission, "/proc/a: open: Permission denied"};
  script("b").status = {ErrorCode::kAbsent, "/proc/b: open: No such file or directory"};
  Gather();
  Gather();
  const std::string lines = log_.Take();
  EXPECT_THAT(lines, HasSubstr("level=WARN"));
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 1) << lines;
  ASSERT_EQ(loggers_.Set("collector.b", LogLevel::kDebug, {}, "test"), Status());
  log_.Take();
  Gather();
  EXPECT_THAT(log_.Take(), HasSubstr("level=DEBUG"));
}

TEST_F(CollectorSetTest, LeavesOutWhatIsNotThereByTheDeadline) {
  Enable({"a", "b", "c"});
  script("a").takes = milliseconds(600);
  EXPECT_EQ(Successes(Within(milliseconds(500))), "a1 b0 c0");
  EXPECT_EQ(set_->Reports().back().status.code(), ErrorCode::kTimeout);
}

TEST_F(CollectorSetTest, ServesTheOthersWhileOneHangs) {
  block_timeout_ = milliseconds(400);
  Enable({"a", "v", "w", "x"});
  script("v").gate.Close();
  const std::string text = Gather();
  EXPECT_THAT(text, HasSubstr("node_scrape_collector_success{collector=\"v\"} 0\n"));
  EXPECT_THAT(text, Not(HasSubstr("node_v")));
  EXPECT_THAT(text, HasSubstr("node_w 1\n"));
  EXPECT_THAT(text, HasSubstr("node_x 1\n"));
}

TEST_F(CollectorSetTest, StartsWhatHangsNoSecondTimeAndDoesNotWaitForItAgain) {
  block_timeout_ = std::chrono::hours(1);
  Enable({"a", "x"});
  script("x").gate.Close();
  EXPECT_EQ(Successes(Within(milliseconds(50))), "a1 x0");
  // Only a collection that waits for nobody ends before this test is stopped.
  EXPECT_EQ(Successes(), "a1 x0");
  EXPECT_EQ(script("x").gate.arrived(), 1);
}

TEST_F(CollectorSetTest, ThrowsALateResultAwayAndRunsAgain) {
  block_timeout_ = milliseconds(50);
  Enable({"x"});
  script("x").gate.Close();
  EXPECT_EQ(Successes(), "x0");
  EXPECT_EQ(Successes(), "x0");
  EXPECT_EQ(script("x").gate.arrived(), 1);

  script("x").value = 2;
  script("x").gate.Open();
  ASSERT_TRUE(script("x").gate.AwaitPassed(1));
  // Its thread is on the way back from Collect now; soon the collector runs anew.
  EXPECT_TRUE(Eventually([&] {
    const std::string text = Gather();
    EXPECT_THAT(text, Not(HasSubstr("node_x 1\n")));
    return text.find("node_x 2\n") != text.npos;
  }));
  EXPECT_GE(script("x").gate.arrived(), 2);
}

TEST_F(CollectorSetTest, WaitsForNobodyWhenEveryThreadHangs) {
  block_timeout_ = milliseconds(160);
  Enable({"a", "v", "w", "x", "y", "z"});
  for (const char* name : {"v", "w", "x", "y"}) script(name).gate.Close();
  // The first collections use up the four threads, one after the other.
  EXPECT_TRUE(Eventually([&] { return Successes() == "a1 v0 w0 x0 y0 z0"; }));
  for (const char* name : {"v", "w", "x", "y"}) EXPECT_EQ(script(name).gate.arrived(), 1) << name;
  const int z_ran = script("z").gate.arrived();
  EXPECT_EQ(Successes(), "a1 v0 w0 x0 y0 z0");
  EXPECT_EQ(script("z").gate.arrived(), z_ran);

  for (const char* name : {"v", "w", "x", "y"}) script(name).gate.Open();
  EXPECT_TRUE(Eventually([&] { return Successes() == "a1 v1 w1 x1 y1 z1"; }));
}

TEST_F(CollectorSetTest, GoesAwayWhileACollectorHangs) {
  block_timeout_ = milliseconds(50);
  Enable({"x"});
  script("x").gate.Close();
  EXPECT_EQ(Successes(), "x0");
  set_.reset();
  script("x").gate.Open();
  EXPECT_TRUE(script("x").gate.AwaitPassed(1));
}

TEST_F(CollectorSetTest, AllocatesNothingOnceWarm) {
  Enable({"a", "b", "c", "x", "y"});
  const auto gather = [&] {
    std::size_t families = 0;
    EXPECT_TRUE(set_->Gather({}, [&](auto views) { families = views.size(); }).ok());
    return families;
  };
  for (int i = 0; i < 3; ++i) EXPECT_EQ(gather(), 8U);
  const auto before = test::AllocationsOfThisThread();
  EXPECT_EQ(gather(), 8U);
  EXPECT_EQ(test::AllocationsOfThisThread(), before);
}

}  // namespace
}  // namespace hostpulse::collectors
