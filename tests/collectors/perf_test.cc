#include "collectors/perf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/perf_event.h>
#include <sys/eventfd.h>

#include <cerrno>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/collector_harness.h"

namespace hostpulse::collectors {

extern const CollectorSpec kPerfCollector;

namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using Event = std::pair<std::uint32_t, std::uint64_t>;  // Type and config.

constexpr Event kCycles{PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES};
constexpr Event kSwitches{PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES};

// Every event counts its own number: 1 for the one opened first, and so on.
class FakePerf {
 public:
  void Refuse(std::uint32_t type, int error) { state_->refused_types[type] = error; }
  void Refuse(Event event, int error) { state_->refused[event] = error; }
  void Unread(Event event) { state_->unread.insert(event); }
  void Count(Event event, std::uint64_t value) { state_->values[event] = value; }
  // In the order of opening, "type:config@cpu".
  const std::vector<std::string>& opened() const { return state_->opened; }

  std::unique_ptr<PerfCounters> counters() const { return std::make_unique<Counters>(state_); }

 private:
  struct State {
    std::map<std::uint32_t, int> refused_types;
    std::map<Event, int> refused;
    std::set<Event> unread;
    std::map<Event, std::uint64_t> values;
    std::map<int, Event> by_descriptor;
    std::vector<std::string> opened;
  };
  class Counters final : public PerfCounters {
   public:
    explicit Counters(std::shared_ptr<State> state) : state_(std::move(state)) {}
    int Open(const PerfEvent& event, int cpu) override {
      const Event key{event.type, event.config};
      if (state_->refused_types.contains(event.type)) return -state_->refused_types[event.type];
      if (state_->refused.contains(key)) return -state_->refused[key];
      const int fd = ::eventfd(0, EFD_CLOEXEC);
      state_->by_descriptor[fd] = key;
      state_->opened.push_back(std::to_string(event.type) + ":" + std::to_string(event.config) +
                               "@" + std::to_string(cpu));
      return fd;
    }
    std::optional<std::uint64_t> Read(int descriptor) override {
      const Event& event = state_->by_descriptor.at(descriptor);
      if (state_->unread.contains(event)) return std::nullopt;
      const auto value = state_->values.find(event);
      return value == state_->values.end() ? 0 : value->second;
    }

   private:
    std::shared_ptr<State> state_;
  };

  std::shared_ptr<State> state_ = std::make_shared<State>();
};

class PerfTest : public ::testing::Test {
 protected:
  PerfTest() { host_.WriteSys("devices/system/cpu/online", "0-1\n"); }

  CollectorHarness& Make(CollectorHarness::Flags flags = {}) {
    harness_.emplace(kPerfCollector, host_, flags);
    harness_->MakeWith(
        [this](const CollectorContext& context) { return MakePerf(context, perf_.counters()); });
    return *harness_;
  }
  std::string Run(CollectorHarness::Flags flags = {}) { return Make(flags).Run(); }
  const Status& status() const { return harness_->status(); }

  static constexpr CollectorHarness::Flags::value_type kNoHardware = {
      "collector.perf.disable-hardware-profilers", "true"};
  static constexpr CollectorHarness::Flags::value_type kNoSoftware = {
      "collector.perf.disable-software-profilers", "true"};
  static constexpr CollectorHarness::Flags::value_type kNoCache = {
      "collector.perf.disable-cache-profilers", "true"};

  HostTree host_;
  FakePerf perf_;
  std::optional<CollectorHarness> harness_;
};

constexpr std::uint64_t Cache(std::uint64_t cache, std::uint64_t operation, std::uint64_t result) {
  return cache | operation << 8 | result << 16;
}

TEST_F(PerfTest, CountsEveryEventOfEveryCpu) {
  const std::vector<std::pair<std::string, Event>> events = {
      {"branch_instructions_total", {PERF_TYPE_HARDWARE, 4}},
      {"branch_misses_total", {PERF_TYPE_HARDWARE, 5}},
      {"cache_bpu_read_hits_total", {PERF_TYPE_HW_CACHE, Cache(5, 0, 0)}},
      {"cache_bpu_read_misses_total", {PERF_TYPE_HW_CACHE, Cache(5, 0, 1)}},
      {"cache_l1_instr_read_misses_total", {PERF_TYPE_HW_CACHE, Cache(1, 0, 1)}},
      {"cache_l1d_read_hits_total", {PERF_TYPE_HW_CACHE, Cache(0, 0, 0)}},
      {"cache_l1d_read_misses_total", {PERF_TYPE_HW_CACHE, Cache(0, 0, 1)}},
      {"cache_l1d_write_hits_total", {PERF_TYPE_HW_CACHE, Cache(0, 1, 0)}},
      {"cache_ll_read_hits_total", {PERF_TYPE_HW_CACHE, Cache(2, 0, 0)}},
      {"cache_ll_read_misses_total", {PERF_TYPE_HW_CACHE, Cache(2, 0, 1)}},
      {"cache_ll_write_hits_total", {PERF_TYPE_HW_CACHE, Cache(2, 1, 0)}},
      {"cache_ll_write_misses_total", {PERF_TYPE_HW_CACHE, Cache(2, 1, 1)}},
      {"cache_misses_total", {PERF_TYPE_HARDWARE, 3}},
      {"cache_refs_total", {PERF_TYPE_HARDWARE, 2}},
      {"cache_tlb_data_read_hits_total", {PERF_TYPE_HW_CACHE, Cache(3, 0, 0)}},
      {"cache_tlb_data_read_misses_total", {PERF_TYPE_HW_CACHE, Cache(3, 0, 1)}},
      {"cache_tlb_data_write_hits_total", {PERF_TYPE_HW_CACHE, Cache(3, 1, 0)}},
      {"cache_tlb_data_write_misses_total", {PERF_TYPE_HW_CACHE, Cache(3, 1, 1)}},
      {"cache_tlb_instr_read_hits_total", {PERF_TYPE_HW_CACHE, Cache(4, 0, 0)}},
      {"cache_tlb_instr_read_misses_total", {PERF_TYPE_HW_CACHE, Cache(4, 0, 1)}},
      {"context_switches_total", {PERF_TYPE_SOFTWARE, 3}},
      {"cpu_migrations_total", {PERF_TYPE_SOFTWARE, 4}},
      {"cpucycles_total", {PERF_TYPE_HARDWARE, 0}},
      {"instructions_total", {PERF_TYPE_HARDWARE, 1}},
      {"major_faults_total", {PERF_TYPE_SOFTWARE, 6}},
      {"minor_faults_total", {PERF_TYPE_SOFTWARE, 5}},
      {"page_faults_total", {PERF_TYPE_SOFTWARE, 2}},
      {"ref_cpucycles_total", {PERF_TYPE_HARDWARE, 9}},
      {"stalled_cycles_backend_total", {PERF_TYPE_HARDWARE, 8}},
      {"stalled_cycles_frontend_total", {PERF_TYPE_HARDWARE, 7}},
  };
  std::string expected;
  std::uint64_t count = 100;
  for (const auto& [metric, event] : events) {
    perf_.Count(event, ++count);
    for (const char* cpu : {"0", "1"}) {
      expected.append("node_perf_").append(metric).append("{cpu=\"").append(cpu).append("\"} ");
      expected.append(std::to_string(count)).append("\n");
    }
  }
  EXPECT_EQ(Run(), expected);
  EXPECT_EQ(status(), Status());
}

TEST_F(PerfTest, LeavesOutGroupsThatAreSwitchedOff) {
  EXPECT_EQ(Run({kNoHardware, kNoSoftware, kNoCache}), "");
  EXPECT_EQ(status(), Status());
  EXPECT_THAT(perf_.opened(), IsEmpty());
}

TEST_F(PerfTest, CountsOnlyTheProfilersThatAreNamed) {
  perf_.Count(kCycles, 7);
  perf_.Count(kSwitches, 8);
  EXPECT_EQ(Run({{"collector.perf.hardware-profilers", "CpuCycles"},
                 {"collector.perf.software-profilers", "ContextSwitch"},
                 {"collector.perf.cache-profilers", "LLReadMiss"},
                 {"collector.perf.cache-profilers", "LLReadHit"},
                 {"collector.perf.cpus", "1"}}),
            "node_perf_cache_ll_read_hits_total{cpu=\"1\"} 0\n"
            "node_perf_cache_ll_read_misses_total{cpu=\"1\"} 0\n"
            "node_perf_context_switches_total{cpu=\"1\"} 8\n"
            "node_perf_cpucycles_total{cpu=\"1\"} 7\n");
}

TEST_F(PerfTest, WarnsOfAProfilerThatDoesNotExist) {
  EXPECT_EQ(Run({kNoSoftware, kNoCache, {"collector.perf.hardware-profilers", "Cycles"}}), "");
  EXPECT_THAT(harness_->Log(), HasSubstr("Cycles"));
}

TEST_F(PerfTest, TakesListsOfCpusWithRangesAndStrides) {
  const auto cpus = [this](std::string_view flag) {
    std::string seen;
    const std::size_t before = perf_.opened().size();
    Run({kNoSoftware,
         kNoCache,
         {"collector.perf.hardware-profilers", "CpuCycles"},
         {"collector.perf.cpus", flag}});
    for (std::size_t i = before; i < perf_.opened().size(); ++i) {
      seen += perf_.opened()[i].substr(perf_.opened()[i].find('@') + 1) + " ";
    }
    return status().code() == ErrorCode::kInvalid ? "bad" : seen;
  };
  EXPECT_EQ(cpus("3"), "3 ");
  EXPECT_EQ(cpus("0-2,5"), "0 1 2 5 ");
  EXPECT_EQ(cpus("1-10:5"), "1 6 ");
  EXPECT_EQ(cpus("2,1,2"), "1 2 ");
  for (const char* bad : {"x", "1-", "-1", "1,,2", "1-2-3", "1:2", "1-4:0", "1-4:", "99999999"}) {
    EXPECT_EQ(cpus(bad), "bad") << bad;
  }
}

TEST_F(PerfTest, WatchesTheCpusThatAreOnline) {
  host_.WriteSys("devices/system/cpu/online", "0,2\n");
  Run({kNoSoftware, kNoCache, {"collector.perf.hardware-profilers", "CpuCycles"}});
  EXPECT_THAT(perf_.opened(), testing::ElementsAre("0:0@0", "0:0@2"));

  host_.WriteSys("devices/system/cpu/online", "many\n");
  EXPECT_EQ(Run(), "");
  EXPECT_EQ(status().code(), ErrorCode::kParse);

  host_.Remove("sys/devices/system/cpu/online");
  EXPECT_EQ(Run(), "");
  EXPECT_EQ(status().code(), ErrorCode::kAbsent);
}

TEST_F(PerfTest, LeavesOutAnEventThatTheCpuDoesNotHave) {
  perf_.Refuse({PERF_TYPE_HARDWARE, PERF_COUNT_HW_STALLED_CYCLES_BACKEND}, ENOENT);
  const std::string samples = Run();
  EXPECT_THAT(samples, HasSubstr("node_perf_stalled_cycles_frontend_total"));
  EXPECT_THAT(samples, Not(HasSubstr("backend")));
  EXPECT_EQ(status(), Status());
}

TEST_F(PerfTest, ReportsSoftwareEventsOfAHostWithoutHardwareOnes) {
  perf_.Refuse(PERF_TYPE_HARDWARE, ENOENT);
  EXPECT_THAT(Run({kNoCache}), HasSubstr("node_perf_context_switches_total{cpu=\"1\"} 0\n"));
  EXPECT_EQ(status(), Status());
}

TEST_F(PerfTest, IsAbsentWhereNothingCanBeCounted) {
  perf_.Refuse(PERF_TYPE_HARDWARE, ENOENT);
  perf_.Refuse(PERF_TYPE_SOFTWARE, ENOENT);
  EXPECT_EQ(Run({kNoCache}), "");
  EXPECT_EQ(status().code(), ErrorCode::kAbsent);
  EXPECT_THAT(status().message(), HasSubstr("no hardware events on CPU 0"));
  EXPECT_THAT(status().message(), HasSubstr("--collector.perf.disable-hardware-profilers"));
}

TEST_F(PerfTest, SaysWhatIsMissingToBeAllowed) {
  perf_.Refuse(PERF_TYPE_HARDWARE, ENOENT);  // Does not hide what can be mended.
  perf_.Refuse(PERF_TYPE_SOFTWARE, EACCES);
  EXPECT_EQ(Run({kNoCache}), "");
  EXPECT_EQ(status().code(), ErrorCode::kPermission);
  EXPECT_THAT(status().message(), HasSubstr("CAP_PERFMON"));
}

TEST_F(PerfTest, SaysThatThereAreTooManyOpenFiles) {
  perf_.Refuse(PERF_TYPE_SOFTWARE, EMFILE);
  Run();
  EXPECT_EQ(status().code(), ErrorCode::kIo);
  EXPECT_THAT(status().message(), HasSubstr("limit of open files"));
}

TEST_F(PerfTest, LeavesOutACountThatCannotBeRead) {
  perf_.Unread(kSwitches);
  const std::string samples = Run({kNoHardware, kNoCache});
  EXPECT_THAT(samples, Not(HasSubstr("context_switches")));
  EXPECT_THAT(samples, HasSubstr("page_faults"));
}

TEST_F(PerfTest, CountsTracepoints) {
  host_.WriteSys("kernel/tracing/events/sched/sched_process_fork/id", "301\n");
  host_.WriteSys("kernel/debug/tracing/events/net/net_dev_queue/id", "17\n");
  perf_.Count({PERF_TYPE_TRACEPOINT, 301}, 4);
  perf_.Count({PERF_TYPE_TRACEPOINT, 17}, 5);
  EXPECT_EQ(Run({kNoHardware,
                 kNoSoftware,
                 kNoCache,
                 {"collector.perf.tracepoint", "sched:sched_process_fork"},
                 {"collector.perf.tracepoint", "net:net_dev_queue"}}),
            "node_perf_net_net_dev_queue{cpu=\"0\"} 5\n"
            "node_perf_net_net_dev_queue{cpu=\"1\"} 5\n"
            "node_perf_sched_sched_process_fork{cpu=\"0\"} 4\n"
            "node_perf_sched_sched_process_fork{cpu=\"1\"} 4\n");
  EXPECT_EQ(harness_->families()[0].help, "Perf tracepoint net:net_dev_queue");
}

TEST_F(PerfTest, NamesTheTracepointThatIsNotThere) {
  EXPECT_THAT(Run({{"collector.perf.tracepoint", "sched:nothing"}}), HasSubstr("page_faults"));
  EXPECT_EQ(status().code(), ErrorCode::kAbsent);
  EXPECT_THAT(status().message(), HasSubstr("events/sched/nothing/id"));

  host_.WriteSys("kernel/tracing/events/sched/odd/id", "x\n");
  Run({{"collector.perf.tracepoint", "sched:odd"}});
  EXPECT_EQ(status().code(), ErrorCode::kParse);
}

TEST_F(PerfTest, RefusesATracepointWithoutAName) {
  for (const char* bad : {"sched", "sched:", ":fork", "a:b:c", "../..:x", "sched:a-b"}) {
    Run({{"collector.perf.tracepoint", bad}});
    EXPECT_EQ(status().code(), ErrorCode::kInvalid) << bad;
    EXPECT_THAT(status().message(), HasSubstr("--collector.perf.tracepoint"));
  }
}

TEST_F(PerfTest, AllocatesNothingOnceWarm) {
  EXPECT_EQ(Make().AllocationsOnceWarm(), 0U);
}

// Software events work wherever perf_event_open does at all.
TEST(KernelPerfCountersTest, CountsOnThisHost) {
  const auto counters = KernelPerfCounters();
  const int clock = counters->Open({PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK}, 0);
  if (clock < 0) GTEST_SKIP() << "no perf events here: " << std::strerror(-clock);
  const UniqueFd owner(clock);
  const auto first = counters->Read(clock);
  const auto second = counters->Read(clock);
  ASSERT_TRUE(first && second);
  EXPECT_GT(*second, *first);
}

TEST(KernelPerfCountersTest, GivesTheErrorOfTheKernel) {
  EXPECT_LT(KernelPerfCounters()->Open({PERF_TYPE_SOFTWARE, 0}, 1 << 20), 0);
  EXPECT_EQ(KernelPerfCounters()->Read(-1), std::nullopt);
}

}  // namespace
}  // namespace hostpulse::collectors
