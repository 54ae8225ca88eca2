#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/metrics/metric_batch.h"
#include "core/metrics/metric_desc.h"
#include "core/metrics/metric_source.h"
#include "core/mutex.h"
#include "core/recent_text.h"
#include "core/unique_fd.h"

namespace hostpulse {

// The process_* families of Prometheus' client libraries about this process itself, from
// /proc/self/{stat,fd,net/netstat}, getrlimit and /proc/stat (btime). What cannot be read is left
// out. Filters do not apply to it. Thread safe: Gathers take turns.
class ProcessSource final : public MetricSource {
 public:
  // The program always takes the real /proc: --path.procfs may be another host's, which does not
  // have this process.
  // What it reads of net/netstat it leaves in `netstat`, if there is one.
  explicit ProcessSource(const std::string& procfs = "/proc",
                         std::shared_ptr<RecentText> netstat = nullptr);

  Status Gather(const GatherFilter& filter, FamilyVisitor visit) override
      HOSTPULSE_EXCLUDES(mutex_);

  static std::span<const MetricDesc> Descs();

 private:
  void Add(std::size_t which, double value) HOSTPULSE_REQUIRES(mutex_);
  void AddStat() HOSTPULSE_REQUIRES(mutex_);
  void AddLimits() HOSTPULSE_REQUIRES(mutex_);
  void AddDescriptors() HOSTPULSE_REQUIRES(mutex_);
  std::size_t CountDescriptors() HOSTPULSE_REQUIRES(mutex_);
  void AddNetwork() HOSTPULSE_REQUIRES(mutex_);
  // The content of an open file, or nothing; valid until the next call.
  std::string_view Read(const UniqueFd& fd) HOSTPULSE_REQUIRES(mutex_);

  Mutex mutex_;
  const UniqueFd stat_;
  const UniqueFd descriptors_;
  const UniqueFd netstat_;
  const std::shared_ptr<RecentText> netstat_text_;
  double boot_time_ = 0;  // Seconds since the epoch.
  std::string buffer_ HOSTPULSE_GUARDED_BY(mutex_);
  std::optional<bool> size_is_count_ HOSTPULSE_GUARDED_BY(mutex_);
  MetricBatch batch_ HOSTPULSE_GUARDED_BY(mutex_);
};

// What /proc/PID/stat (proc(5)) says, in the kernel's units.
struct ProcessStat {
  std::uint64_t cpu_ticks = 0;  // utime + stime.
  std::uint64_t start_ticks = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t resident_pages = 0;
};

// Takes the line apart at the last ')': the name of the command may hold any byte. Nothing where a
// field is missing or no number.
std::optional<ProcessStat> ParseProcessStat(std::string_view line);

// The value of `column` in the section `prefix` ("IpExt:") of a /proc/net/netstat, whose heading
// and value lines alternate; empty if it is not there.
std::string_view NetstatValue(std::string_view text, std::string_view prefix,
                              std::string_view column);

}  // namespace hostpulse
