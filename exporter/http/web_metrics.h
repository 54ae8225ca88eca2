#pragma once

#include <optional>

#include "core/clock.h"
#include "core/mutex.h"

namespace prometheus {
class Gauge;
class Registry;
}  // namespace prometheus

namespace hostpulse::http {

// What the web configuration says of itself, once there is one:
// hostpulse_web_config_last_reload_successful,
// hostpulse_web_certificate_{last_reload_successful,expiry_timestamp_seconds}. Thread safe.
class WebMetrics {
 public:
  // Null: nothing is counted. The registry outlives it.
  explicit WebMetrics(prometheus::Registry* registry) : registry_(registry) {}

  // The file was read: at the start or after it changed.
  void NoteConfig(bool ok) HOSTPULSE_EXCLUDES(mutex_);
  // Certificate and key were read; `expiry` is of the one in force where that has changed.
  void NoteCertificate(bool ok, std::optional<WallTime> expiry) HOSTPULSE_EXCLUDES(mutex_);

 private:
  void Set(prometheus::Gauge*& gauge, const char* name, const char* help, double value)
      HOSTPULSE_REQUIRES(mutex_);

  prometheus::Registry* const registry_;
  Mutex mutex_;
  prometheus::Gauge* config_ok_ HOSTPULSE_GUARDED_BY(mutex_) = nullptr;
  prometheus::Gauge* certificate_ok_ HOSTPULSE_GUARDED_BY(mutex_) = nullptr;
  prometheus::Gauge* expiry_ HOSTPULSE_GUARDED_BY(mutex_) = nullptr;
};

}  // namespace hostpulse::http
