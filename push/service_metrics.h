#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include "push/queue/queue.h"
#include "push/sampler.h"

namespace hostpulse::push {

// The metrics hostpulse_push_* that are of pushing as a whole. The registry outlives it. Publish is
// called by one thread at a time.
class ServiceMetrics {
 public:
  explicit ServiceMetrics(prometheus::Registry& registry);

  // Whether the queue survives the process.
  void SetOnDisk(bool on_disk) { queue_on_disk_.Set(on_disk ? 1 : 0); }

  void Publish(const SamplerStats& sampler, const QueueStats& queue);

 private:
  prometheus::Counter& collections_;
  prometheus::Counter& failures_;
  prometheus::Counter& skipped_ticks_;
  prometheus::Gauge& series_;
  prometheus::Gauge& duration_;
  prometheus::Gauge& clock_behind_;
  prometheus::Counter& clock_steps_back_;
  prometheus::Gauge& waiting_for_clock_;
  prometheus::Gauge& queue_bytes_;
  prometheus::Gauge& queue_limit_;
  prometheus::Gauge& queue_collections_;
  prometheus::Gauge& queue_refused_bytes_;
  prometheus::Gauge& queue_on_disk_;
  prometheus::Gauge& queue_in_memory_;
  prometheus::Counter& queue_write_errors_;
  prometheus::Counter& queue_read_errors_;
  prometheus::Gauge& queue_damaged_records_;
};

}  // namespace hostpulse::push
