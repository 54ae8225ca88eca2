#include "push/service_metrics.h"

#include "push/follow.h"

namespace hostpulse::push {
namespace {

prometheus::Counter& NewCounter(prometheus::Registry& registry, const char* name,
                                const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add({});
}

prometheus::Gauge& NewGauge(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

}  // namespace

ServiceMetrics::ServiceMetrics(prometheus::Registry& registry)
    : collections_(
          NewCounter(registry, "hostpulse_push_collections_total", "Collections made for push.")),
      failures_(NewCounter(registry, "hostpulse_push_collection_failures_total",
                           "Collections for push that failed or could not be queued.")),
      skipped_ticks_(NewCounter(registry, "hostpulse_push_skipped_ticks_total",
                                "Collections left out because the one before took too long.")),
      series_(NewGauge(registry, "hostpulse_push_series", "Series in the last collection.")),
      duration_(NewGauge(registry, "hostpulse_push_collection_duration_seconds",
                         "How long the last collection took.")),
      clock_behind_(NewGauge(registry, "hostpulse_push_clock_behind_seconds",
                             "How far the clock is behind the last timestamp it gave.")),
      clock_steps_back_(
          NewCounter(registry, "hostpulse_push_clock_steps_back_total",
                     "Times that the clock was set back by more than two intervals.")),
      waiting_for_clock_(NewGauge(registry, "hostpulse_push_clock_waiting_collections",
                                  "Collections that wait in memory because the clock is not set.")),
      queue_bytes_(NewGauge(registry, "hostpulse_push_queue_bytes", "Bytes in the queue.")),
      queue_limit_(NewGauge(registry, "hostpulse_push_queue_limit_bytes",
                            "Bytes the queue may hold before it drops the oldest samples.")),
      queue_collections_(
          NewGauge(registry, "hostpulse_push_queue_collections", "Collections in the queue.")),
      queue_refused_bytes_(
          NewGauge(registry, "hostpulse_push_queue_refused_bytes",
                   "Bytes of segments that are kept for the samples in them that were refused for "
                   "good.")),
      queue_on_disk_(
          NewGauge(registry, "hostpulse_push_queue_on_disk",
                   "1 where the queue is on disk, 0 where its directory could not be used "
                   "and a restart loses what was not sent.")),
      queue_in_memory_(NewGauge(registry, "hostpulse_push_queue_memory_collections",
                                "Collections that wait in memory because the disk does not take "
                                "them.")),
      queue_write_errors_(NewCounter(registry, "hostpulse_push_queue_write_errors_total",
                                     "Times that the queue could not be written.")),
      queue_read_errors_(NewCounter(registry, "hostpulse_push_queue_read_errors_total",
                                    "Times that the queue could not be read.")),
      queue_damaged_records_(NewGauge(registry, "hostpulse_push_queue_damaged_records",
                                      "Damaged records found when the queue was opened.")) {}

void ServiceMetrics::Publish(const SamplerStats& sampler, const QueueStats& queue) {
  Follow(collections_, sampler.collections);
  Follow(failures_, sampler.failures);
  Follow(skipped_ticks_, sampler.skipped_ticks);
  series_.Set(static_cast<double>(sampler.series));
  duration_.Set(ToSeconds(sampler.duration));
  clock_behind_.Set(ToSeconds(sampler.clock_behind));
  Follow(clock_steps_back_, sampler.clock_steps_back);
  waiting_for_clock_.Set(static_cast<double>(sampler.waiting_for_clock));
  queue_bytes_.Set(static_cast<double>(queue.bytes));
  queue_limit_.Set(static_cast<double>(queue.max_bytes));
  queue_collections_.Set(static_cast<double>(queue.collections));
  queue_refused_bytes_.Set(static_cast<double>(queue.refused_bytes));
  queue_in_memory_.Set(static_cast<double>(queue.collections_in_memory));
  Follow(queue_write_errors_, queue.write_errors);
  Follow(queue_read_errors_, queue.read_errors);
  queue_damaged_records_.Set(static_cast<double>(queue.damaged_records));
}

}  // namespace hostpulse::push
