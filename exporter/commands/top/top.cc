#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>
#include <utility>

#include "collectors/collector_set.h"
#include "core/clock.h"
#include "core/log/logger_registry.h"
#include "exporter/commands/commands.h"
#include "exporter/commands/silent_log.h"
#include "exporter/commands/top/terminal.h"
#include "exporter/commands/top/view.h"
#include "exporter/host_name.h"
#include "exporter/live/live_view.h"

namespace hostpulse::commands {
namespace {

// As often as vmstat: a header for every screen of lines.
constexpr std::uint64_t kHeaderEvery = 20;

std::string LocalTime(WallTime now) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(
      std::chrono::time_point_cast<std::chrono::system_clock::duration>(now));
  tm local{};
  ::localtime_r(&seconds, &local);
  std::array<char, 16> text{};
  std::strftime(text.data(), text.size(), "%H:%M:%S", &local);
  return text.data();
}

// Only what is shown is collected, whatever else is switched on.
collectors::CollectorSetOptions WhatIsShown(collectors::CollectorSetOptions options) {
  std::vector<std::string> shown;
  for (const std::string_view name : live::FigureCollectors()) shown.emplace_back(name);
  shown.emplace_back(live::kFilesystemCollector);
  std::erase_if(shown, [&](const std::string& name) {
    return std::ranges::find(options.enabled, name) == options.enabled.end();
  });
  options.enabled = std::move(shown);
  return options;
}

class Top {
 public:
  Top(MetricSource& source, const TopOptions& options, const StopSignals& signals,
      const Clock& clock)
      : source_(source), options_(options), signals_(signals), clock_(clock), host_(HostName()) {}

  Status Run() {
    const bool whole_screen = ::isatty(STDOUT_FILENO) != 0 && !options_.plain;
    const bool keys = whole_screen && ::isatty(STDIN_FILENO) != 0;
    if (Status status = Look(); !status) return status;
    std::optional<Terminal> terminal;
    if (whole_screen) terminal.emplace();
    MonotonicTime due = clock_.Monotonic();
    for (std::uint64_t shown = 0; options_.count == 0 || shown < options_.count; ++shown) {
      due += options_.interval;
      if (!AwaitLook(due, keys)) return {};
      if (Status status = Look(); !status) return status;
      Show(whole_screen, shown);
    }
    return {};
  }

 private:
  // False where it is time to end.
  bool AwaitLook(MonotonicTime due, bool keys) const {
    while (true) {
      const auto left = due - clock_.Monotonic();
      switch (signals_.WaitFor(left, keys)) {
        case Pause::kQuit:
          return false;
        case Pause::kKey:
          break;
        case Pause::kOver:
          return true;
      }
    }
  }

  Status Look() {
    live::Figures before = std::exchange(last_, live::Figures());
    Status status = source_.Gather({}, [&](std::span<const FamilyView> families) {
      last_ = live::ReadFigures(families, clock_.Monotonic());
    });
    if (!status) return status;
    frame_ = {host_, LocalTime(clock_.Now()), last_, live::RatesBetween(before, last_)};
    return {};
  }

  void Show(bool whole_screen, std::uint64_t shown) const {
    if (whole_screen) {
      const bool colour = std::getenv("NO_COLOR") == nullptr;
      return Terminal::Show(RenderScreen(frame_, Terminal::Size(), colour));
    }
    const std::string text = (shown % kHeaderEvery == 0 ? PlainHeader() : "") + PlainLine(frame_);
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
  }

  MetricSource& source_;
  const TopOptions options_;
  const StopSignals& signals_;
  const Clock& clock_;
  const std::string host_;
  live::Figures last_;
  TopFrame frame_;
};

}  // namespace

int RunTop(const config::Config& config, const TopOptions& options) {
  const StopSignals signals;
  const SystemClock clock;
  LoggerRegistry loggers(SilentLog(), clock);
  auto set = collectors::CollectorSet::Create(WhatIsShown(config.collectors), clock, loggers);
  if (!set) {
    std::fprintf(stderr, "hostpulse: error: %s\n", set.status().message().c_str());
    return 1;
  }
  const Status status = Top(**set, options, signals, clock).Run();
  if (status) return 0;
  std::fprintf(stderr, "hostpulse: error: %s\n", status.message().c_str());
  return 1;
}

}  // namespace hostpulse::commands
