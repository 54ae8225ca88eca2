#pragma once

#include <cstdint>
#include <string_view>

#include "push/queue/queue.h"

namespace hostpulse::push {

// The series which says that a host is alive, `up` with the value 1 at every collection: alerts
// fire where it is absent.
inline constexpr std::string_view kHeartbeatName = "up";
inline constexpr std::string_view kHeartbeatHelp =
    "Whether the host was collected: always 1 where it is there.";

// A batch of one heartbeat, for a request that goes ahead of a backlog. The labels are those of the
// sampler's series, without the name.
Batch HeartbeatBatch(LabelSet labels, std::int64_t timestamp_ms);

}  // namespace hostpulse::push
