#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "core/log/logger_registry.h"
#include "core/unique_fd.h"
#include "tests/support/fake_clock.h"

namespace hostpulse {
namespace {

using namespace std::chrono_literals;

// Reads a pipe to its end and counts the lines, of which none may be torn.
std::size_t CountLines(int fd) {
  std::string text;
  std::array<char, 65536> buffer{};
  for (ssize_t n = 0; (n = ::read(fd, buffer.data(), buffer.size())) > 0;) {
    text.append(buffer.data(), static_cast<std::size_t>(n));
  }
  std::size_t lines = 0;
  for (std::size_t begin = 0; begin < text.size(); ++lines) {
    const std::size_t end = text.find('\n', begin);
    const std::string line = text.substr(begin, end - begin);
    EXPECT_TRUE(line.starts_with("{\"time\":\"2026-") && line.ends_with("}")) << line;
    begin = end == text.npos ? text.size() : end + 1;
  }
  return lines;
}

void LogALot(LoggerRegistry& registry, int thread) {
  Logger& own = registry.Get("push.destination" + std::to_string(thread % 3));
  for (int i = 0; i < 500; ++i) {
    own.Info("Sent", {{"samples", i}, {"thread", thread}});
    own.Debug("Detail", {{"i", i}});
    own.Warn("Slow", {{"i", i % 10}});
    registry.Get("collector.c" + std::to_string(i % 20)).Error("Broken");
  }
}

void ChangeLevels(LoggerRegistry& registry, FakeClock& clock, const std::atomic<bool>& done) {
  while (!done) {
    for (const LogLevel level : {LogLevel::kOff, LogLevel::kTrace, LogLevel::kWarn}) {
      EXPECT_TRUE(registry.Set("push", level, 1min, "test").ok());
      EXPECT_TRUE(registry.Set("ROOT", level, std::nullopt, "test").ok());
      EXPECT_FALSE(registry.States().empty());
      clock.Advance(30s);
      registry.Tick();
    }
  }
}

TEST(LoggerThreads, LogWhileLevelsChange) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  std::size_t lines = 0;
  std::jthread reading([&] { lines = CountLines(reader.get()); });
  {
    FakeClock clock;
    LoggerRegistry registry({.format = LogFormat::kJson, .fd = writer.get()}, clock);
    registry.Get("push");
    std::atomic<bool> done = false;
    std::jthread changing([&] { ChangeLevels(registry, clock, done); });
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < 8; ++i) threads.emplace_back([&registry, i] { LogALot(registry, i); });
    }
    done = true;
  }
  writer.reset();
  reading.join();
  EXPECT_GT(lines, 0U);
}

}  // namespace
}  // namespace hostpulse
