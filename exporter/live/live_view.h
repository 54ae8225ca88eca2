#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/metrics/metric_source.h"
#include "core/mutex.h"
#include "exporter/live/figures.h"

namespace hostpulse::live {

// Figures of this host for those who look at it right now: nothing is collected while nobody asks,
// and however many ask, no more than twice a second. Thread safe.
class LiveView {
 public:
  using EnabledCollectors = std::function<std::vector<std::string>()>;

  // `enabled` names the collectors that `source` has now. Source and clock outlive it.
  LiveView(MetricSource& source, EnabledCollectors enabled, const Clock& clock)
      : source_(source), enabled_(std::move(enabled)), clock_(clock) {}

  // File systems are in it where `with_filesystems` asks for them, or where they have just been
  // collected for somebody else. Errors: those of the source.
  Result<Figures> Look(bool with_filesystems) HOSTPULSE_EXCLUDES(mutex_);

 private:
  struct Seen {
    Figures figures;
    bool with_filesystems = false;
  };

  Result<Figures> Collect(bool with_filesystems) const;

  static constexpr std::chrono::milliseconds kFresh{500};

  MetricSource& source_;
  const EnabledCollectors enabled_;
  const Clock& clock_;
  Mutex mutex_;  // Held while it collects: whoever waits takes what comes of it.
  std::optional<Seen> seen_ HOSTPULSE_GUARDED_BY(mutex_);
};

}  // namespace hostpulse::live
