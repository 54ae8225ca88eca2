#pragma once

#include <functional>

#include "core/result.h"
#include "exporter/http/http_message.h"

namespace hostpulse::http {

// /-/healthy: 200 while the program answers at all.
Route HealthyRoute();

// /-/ready: 200 once `is_ready` says so, 503 before. Called on any worker.
Route ReadyRoute(std::function<bool()> is_ready);

// /-/reload (POST, PUT): loads the configuration again and says how that went. 403 where the
// lifecycle API is off, and to web pages. `reload` is called on any worker.
Route ReloadRoute(bool enabled, std::function<Status()> reload);

}  // namespace hostpulse::http
