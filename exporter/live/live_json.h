#pragma once

#include <string>

#include "core/clock.h"
#include "exporter/http/status_page.h"
#include "exporter/live/figures.h"

namespace hostpulse::live {

// What the status page's script asks for each second, as JSON: the figures as counters, which it
// makes rates of, and what the page says of collectors, destinations and loggers. `now` is for the
// axis of time. Beyond 200 disks or network devices the rest is one, "(others)".
std::string LiveJson(const Figures& figures, const http::StatusContent& content, WallTime now);

}  // namespace hostpulse::live
