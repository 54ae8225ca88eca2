#pragma once

#include <memory>

#include "collectors/collector.h"
#include "collectors/wifi_source.h"

namespace hostpulse::collectors {

// Makes the wifi collector on another source than nl80211 or the fixtures.
Result<std::unique_ptr<Collector>> MakeWifi(const CollectorContext& context,
                                            std::unique_ptr<WifiSource> source);

}  // namespace hostpulse::collectors
