#pragma once

#include <string>
#include <vector>

#include "collectors/json_records.h"
#include "collectors/wifi_source.h"

namespace hostpulse::collectors {

// Wireless networks from a directory of JSON files, the --collector.wifi.fixtures of node_exporter:
// interfaces.json, and for each interface NAME/bss.json and NAME/stationinfo.json, either of which
// may be missing. Addresses are base64, durations nanoseconds, rates bit/s; absent numbers are 0.
class WifiFixtures final : public WifiSource {
 public:
  explicit WifiFixtures(std::string directory);

  // Errors of each: as ReadJsonRecords; kParse, with file and member, for a bad number or address.
  Status VisitInterfaces(FunctionRef<void(const WifiInterface&)> visit) override;
  Status VisitBss(const WifiInterface& interface, FunctionRef<void(const WifiBss&)> visit) override;
  Status VisitStations(const WifiInterface& interface,
                       FunctionRef<void(const WifiStation&)> visit) override;

 private:
  std::string PathOf(const WifiInterface& interface, std::string_view file) const;

  const std::string directory_;
};

}  // namespace hostpulse::collectors
