#pragma once

#include "collectors/generic_netlink.h"
#include "collectors/wifi_source.h"

namespace hostpulse::collectors {

// The wireless networks of the kernel, as its generic netlink family nl80211 reports them. Networks
// are those of the last scan that anybody asked for; none is started.
class Nl80211 final : public WifiSource {
 public:
  // `dump` is of NETLINK_GENERIC.
  explicit Nl80211(NetlinkDump dump);

  // Errors of each: as GenericNetlink::Dump; kAbsent where the kernel has no wireless networks.
  Status VisitInterfaces(FunctionRef<void(const WifiInterface&)> visit) override;
  Status VisitBss(const WifiInterface& interface, FunctionRef<void(const WifiBss&)> visit) override;
  Status VisitStations(const WifiInterface& interface,
                       FunctionRef<void(const WifiStation&)> visit) override;

 private:
  GenericNetlink family_;
};

}  // namespace hostpulse::collectors
