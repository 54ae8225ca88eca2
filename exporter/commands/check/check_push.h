#pragma once

#include "core/clock.h"
#include "exporter/commands/check/report.h"
#include "push/push_service.h"

namespace hostpulse::commands {

// The queue's directory, and a request without samples to each destination and to the Pushgateway.
void CheckPush(const push::PushOptions& options, const Clock& clock, Report& report);

}  // namespace hostpulse::commands
