#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "core/metrics/metric_batch.h"
#include "core/metrics/metric_desc.h"
#include "core/metrics/metric_source.h"
#include "core/mutex.h"
#include "core/unique_fd.h"

namespace hostpulse {

// The process_* families of Prometheus' client libraries about this process itself, from
// /proc/self/{stat,fd,net/netstat}, getrlimit and /proc/stat (btime). What cannot be read is left
// out. Filters do not apply to it. Thread safe: Gathers take turns.
class ProcessSource final : public MetricSource {
 public:
  // Always the real /proc: --path.procfs may be another host's, which does not have this process.
  ProcessSource();

  Status Gather(const GatherFilter& filter, FamilyVisitor visit) override
      HOSTPULSE_EXCLUDES(mutex_);

  static std::span<const MetricDesc> Descs();

 private:
  void AddStat() HOSTPULSE_REQUIRES(mutex_);
  void AddDescriptors() HOSTPULSE_REQUIRES(mutex_);
  void AddNetwork() HOSTPULSE_REQUIRES(mutex_);
  // The content of an open file, or nothing; valid until the next call.
  std::string_view Read(const UniqueFd& fd) HOSTPULSE_REQUIRES(mutex_);

  Mutex mutex_;
  const UniqueFd stat_;
  const UniqueFd descriptors_;
  const UniqueFd netstat_;
  double boot_time_ = 0;  // Seconds since the epoch.
  std::string buffer_ HOSTPULSE_GUARDED_BY(mutex_);
  MetricBatch batch_ HOSTPULSE_GUARDED_BY(mutex_);
};

// The fields of /proc/PID/stat (proc(5)) behind the command name, which may hold any byte: the text
// is taken apart at the last ')'. Field 3, the state, is the first.
std::string_view StatFieldsAfterName(std::string_view stat);

// The value of `column` in the section `prefix` ("IpExt:") of a /proc/net/netstat, whose heading
// and value lines alternate; empty if it is not there.
std::string_view NetstatValue(std::string_view text, std::string_view prefix,
                              std::string_view column);

}  // namespace hostpulse
