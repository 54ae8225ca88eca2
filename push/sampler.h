#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "core/clock.h"
#include "core/log/logger.h"
#include "core/metrics/metric_source.h"
#include "push/queue/queue.h"

namespace hostpulse::push {

struct SamplerOptions {
  std::chrono::nanoseconds interval = std::chrono::seconds(15);
  std::string job = "node";
  std::string instance;  // Empty: the host name.
  // Added where a series has no label of that name; job and instance come first.
  std::map<std::string, std::string> external_labels;

  bool operator==(const SamplerOptions&) const = default;
};

}  // namespace hostpulse::push
