#include "core/metrics/process_source.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/metrics/text_encoder.h"
#include "tests/support/alloc_counter.h"

namespace hostpulse {
namespace {

using Values = std::map<std::string, double, std::less<>>;

Values Gather(ProcessSource& source) {
  Values values;
  const Status status = source.Gather({}, [&](std::span<const FamilyView> families) {
    for (const FamilyView& family : families) {
      const auto& metric = *family.metrics[0];
      values.emplace(family.name,
                     family.type == kCounter ? metric.counter.value : metric.gauge.value);
    }
  });
  EXPECT_TRUE(status.ok());
  return values;
}

// A /proc of files, removed at the end.
class FakeProc {
 public:
  FakeProc() : root_(testing::TempDir() + "hostpulse-proc-XXXXXX") {
    if (::mkdtemp(root_.data()) == nullptr) std::abort();
  }
  ~FakeProc() { std::filesystem::remove_all(root_); }
  FakeProc(const FakeProc&) = delete;
  FakeProc& operator=(const FakeProc&) = delete;

  void Write(const std::string& path, const std::string& text) {
    const std::filesystem::path full = root_ + "/" + path;
    std::filesystem::create_directories(full.parent_path());
    std::ofstream(full) << text;
  }
  const std::string& root() const { return root_; }

 private:
  std::string root_;
};

constexpr std::string_view kStat =
    "7 (a) b (c) S 1 7 7 0 -1 4194304 100 0 0 0 40 17 0 0 20 0 3 0 500 104857600 25 "
    "18446744073709551615 1\n";

TEST(ProcessSource, ShowsEveryFamilyOfThisProcess) {
  ProcessSource source;
  std::vector<std::string> names;
  ASSERT_TRUE(source
                  .Gather({},
                          [&](std::span<const FamilyView> families) {
                            for (const FamilyView& family : families)
                              names.emplace_back(family.name);
                          })
                  .ok());
  std::vector<std::string> described;
  for (const MetricDesc& desc : ProcessSource::Descs()) described.emplace_back(desc.name);
  EXPECT_EQ(names, described);
}

TEST(ProcessSource, AllocatesNothingOnceWarm) {
  if (!test::CountsAllocations()) GTEST_SKIP() << "sanitizers bring their own operator new";
  ProcessSource source;
  const auto gather = [&] { return source.Gather({}, [](std::span<const FamilyView>) {}); };
  ASSERT_TRUE(gather().ok());
  const auto before = test::AllocationsOfThisThread();
  ASSERT_TRUE(gather().ok());
  EXPECT_EQ(test::AllocationsOfThisThread() - before, 0u);
}

TEST(ProcessSource, ReadsAProcOfFiles) {
  FakeProc proc;
  proc.Write("stat", "cpu 1 2\nbtime 1700000000\nprocesses 1\n");
  proc.Write("self/stat", std::string(kStat));
  proc.Write("self/fd/0", "");
  proc.Write("self/fd/1", "");
  proc.Write("self/net/netstat", "IpExt: InOctets OutOctets\nIpExt: 12 34\n");
  ProcessSource source(proc.root());
  Values values = Gather(source);
  EXPECT_EQ(values["process_cpu_seconds_total"], 0.57);
  EXPECT_EQ(values["process_start_time_seconds"], 1700000005);
  EXPECT_EQ(values["process_virtual_memory_bytes"], 104857600);
  EXPECT_EQ(values["process_resident_memory_bytes"],
            25 * static_cast<double>(::sysconf(_SC_PAGESIZE)));
  EXPECT_EQ(values["process_open_fds"], 2);
  EXPECT_EQ(values["process_network_receive_bytes_total"], 12);
  EXPECT_EQ(values["process_network_transmit_bytes_total"], 34);
}

TEST(ProcessSource, LeavesWhatItReadToOthers) {
  FakeProc proc;
  proc.Write("self/net/netstat", "IpExt: InOctets\nIpExt: 5\n");
  const auto netstat = std::make_shared<RecentText>();
  ProcessSource source(proc.root(), netstat);
  const auto before = std::chrono::steady_clock::now();
  Gather(source);
  const auto after = std::chrono::steady_clock::now();
  // However long that took, at one of these times it was fresh.
  std::string text;
  for (auto at = before; text.empty() && at <= after + RecentText::kFresh;
       at += RecentText::kFresh / 2) {
    netstat->Copy(at, text);
  }
  EXPECT_EQ(text, "IpExt: InOctets\nIpExt: 5\n");
}

TEST(RecentText, IsThereForAMoment) {
  RecentText recent;
  const MonotonicTime start{std::chrono::hours(1)};
  std::string text = "before";
  EXPECT_FALSE(recent.Copy(start, text));
  recent.Note("text", start);
  EXPECT_FALSE(recent.Copy(start - std::chrono::nanoseconds(1), text));
  EXPECT_FALSE(recent.Copy(start + RecentText::kFresh + std::chrono::nanoseconds(1), text));
  EXPECT_EQ(text, "before");
  EXPECT_TRUE(recent.Copy(start + RecentText::kFresh, text));
  EXPECT_EQ(text, "text");
  recent.Note("", start);
  EXPECT_FALSE(recent.Copy(start, text)) << "what could not be read";
}

TEST(ProcessSource, LeavesOutWhatIsNotThere) {
  FakeProc proc;
  proc.Write("self/net/netstat", "IpExt: InOctets\nIpExt: 18446744073709551616\n");
  ProcessSource source(proc.root());
  std::vector<std::string> names;
  for (const auto& [name, value] : Gather(source)) names.push_back(name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"process_max_fds", "process_virtual_memory_max_bytes"}));
}

TEST(ProcessSource, TellsTheTruthAboutThisProcess) {
  ProcessSource source;
  Values values = Gather(source);
  const std::filesystem::directory_iterator all("/proc/self/fd");
  // The listing has a descriptor of its own.
  EXPECT_EQ(values["process_open_fds"], std::distance(begin(all), end(all)) - 1);
  EXPECT_GT(values["process_resident_memory_bytes"], 1e5);
  EXPECT_GT(values["process_virtual_memory_bytes"], values["process_resident_memory_bytes"]);
  const double now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  EXPECT_NEAR(values["process_start_time_seconds"], now, 600);
}

TEST(ProcessSource, CountsADescriptorThatWasOpenedSince) {
  ProcessSource source;
  const double before = Gather(source)["process_open_fds"];
  const std::ifstream opened("/proc/self/stat");
  EXPECT_EQ(Gather(source)["process_open_fds"], before + 1);
}

TEST(ProcessStat, StandsBehindTheLastParenthesis) {
  const auto stat = ParseProcessStat(kStat);
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->cpu_ticks, 57u);
  EXPECT_EQ(stat->start_ticks, 500u);
  EXPECT_EQ(stat->virtual_bytes, 104857600u);
  EXPECT_EQ(stat->resident_pages, 25u);
}

TEST(ProcessStat, IsNothingWhereItIsCutOrNoNumber) {
  // Up to the end of the last field that is needed; "2" for "25" cannot be told.
  const std::size_t needed = kStat.find(" 25 ") + 2;
  for (std::size_t size = 0; size < needed; ++size) {
    EXPECT_FALSE(ParseProcessStat(kStat.substr(0, size))) << kStat.substr(0, size);
  }
  std::string wrong(kStat);
  wrong.replace(wrong.find(" 500 "), 5, " 5x0 ");
  EXPECT_FALSE(ParseProcessStat(wrong));
}

TEST(NetstatValueOf, FindsTheColumnOfItsSection) {
  constexpr std::string_view kText =
      "TcpExt: InOctets Other\nTcpExt: 1 2\nIpExt: InNoRoutes InOctets\nIpExt: 3 44\n";
  EXPECT_EQ(NetstatValue(kText, "IpExt:", "InOctets"), "44");
  EXPECT_EQ(NetstatValue(kText, "IpExt:", "OutOctets"), "");
  EXPECT_EQ(NetstatValue("IpExt: InOctets", "IpExt:", "InOctets"), "");
}

}  // namespace
}  // namespace hostpulse
