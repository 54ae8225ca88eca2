#include "exporter/http/web_metrics.h"

#include <prometheus/gauge.h>
#include <prometheus/registry.h>

namespace hostpulse::http {

// Made when there is something to say: without a web configuration nobody pays for it.
void WebMetrics::Set(prometheus::Gauge*& gauge, const char* name, const char* help, double value) {
  if (registry_ == nullptr) return;
  if (gauge == nullptr) {
    gauge = &prometheus::BuildGauge().Name(name).Help(help).Register(*registry_).Add({});
  }
  gauge->Set(value);
}

void WebMetrics::NoteConfig(bool ok) {
  const MutexLock lock(mutex_);
  Set(config_ok_, "hostpulse_web_config_last_reload_successful",
      "Whether the web configuration file was sound when it was last read.", ok ? 1 : 0);
}

void WebMetrics::NoteCertificate(bool ok, std::optional<WallTime> expiry) {
  const MutexLock lock(mutex_);
  Set(certificate_ok_, "hostpulse_web_certificate_last_reload_successful",
      "Whether certificate and key of the server were sound when they were last read.", ok ? 1 : 0);
  if (!expiry) return;
  Set(expiry_, "hostpulse_web_certificate_expiry_timestamp_seconds",
      "When the certificate of the server expires.", ToSeconds(expiry->time_since_epoch()));
}

}  // namespace hostpulse::http
