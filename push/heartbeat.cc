#include "push/heartbeat.h"

#include <memory>
#include <string>
#include <utility>

namespace hostpulse::push {

Batch HeartbeatBatch(LabelSet labels, std::int64_t timestamp_ms) {
  labels.push_back({std::string(kNameLabel), std::string(kHeartbeatName)});
  NormaliseLabels(labels);
  Series series;  // With the number 0, which the queue gives to none.
  series.labels = std::move(labels);
  series.family = std::make_shared<const SeriesFamily>(SeriesFamily{
      std::string(kHeartbeatName), prometheus::MetricType::Gauge, std::string(kHeartbeatHelp), ""});
  Batch batch;
  batch.collections = 1;
  batch.series.push_back({std::make_shared<const Series>(std::move(series)), 0, 1, false});
  batch.samples.push_back({timestamp_ms, 1});
  return batch;
}

}  // namespace hostpulse::push
