#pragma once

#include <prometheus/client_metric.h>
#include <prometheus/metric_type.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/function_ref.h"
#include "core/result.h"

namespace hostpulse {

class TextTemplate;

// One metric family, borrowed from whoever gathered it: valid for the visit only.
struct FamilyView {
  std::string_view name;
  std::string_view help;
  prometheus::MetricType type = prometheus::MetricType::Untyped;
  // Sorted by label values (labels themselves are sorted by name), no label set twice.
  std::span<const prometheus::ClientMetric* const> metrics;
  const TextTemplate* text = nullptr;  // Of just these metrics, where it is kept.
  // Says which series these are: another number after anything but a value has changed, and none
  // of another family's. 0: not known.
  std::uint64_t version = 0;
};

// What a caller wants gathered.
struct GatherFilter {
  // Names of collectors. Empty `collect` means every enabled one; `exclude` is taken off that.
  // At most one of the two is set.
  std::vector<std::string> collect;
  std::vector<std::string> exclude;
  // When the answer must be there: what is late is left out and reported `success 0`.
  std::optional<MonotonicTime> deadline;
  // Where a source that lets callers share collections puts when the one that they get began;
  // left as it is where it is not shared.
  std::optional<MonotonicTime>* began = nullptr;
};

// Families sorted by name, each name once.
using FamilyVisitor = FunctionRef<void(std::span<const FamilyView>)>;

// Something that metrics come from: the collectors, the exporter's own registry, or several merged.
// Thread safe: concurrent calls wait for one another.
class MetricSource {
 public:
  virtual ~MetricSource() = default;

  // Gathers and calls `visit` exactly once, unless it returns an error. The families hold still
  // until `visit` returns, so it must not call Gather of the same source.
  // Errors: kInvalid for a filter that names no collector or one that is switched off.
  virtual Status Gather(const GatherFilter& filter, FamilyVisitor visit) = 0;
};

}  // namespace hostpulse
