// Attributes of the network interfaces, from /sys/class/net or from rtnetlink.

#include <linux/magic.h>
#include <linux/netlink.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "collectors/collector.h"
#include "collectors/link_counters.h"
#include "collectors/netclass.h"
#include "collectors/netclass_rtnl.h"
#include "collectors/netclass_sysfs.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kNetlink = "collector.netclass.netlink";

constexpr std::array<FlagSpec, 4> kFlags = {{
    {.name = kNetclassIgnored,
     .type = FlagType::kRegex,
     .default_value = "^$",
     .help = "Regular expression of the interfaces to leave out."},
    {.name = kNetclassIgnoreInvalidSpeed,
     .type = FlagType::kBool,
     .default_value = "false",
     .help = "Leave the speed out where it is not known, instead of reporting -125000."},
    {.name = kNetlink,
     .type = FlagType::kBool,
     .default_value = "false",
     .help = "Ask rtnetlink for the attributes instead of reading files of /sys/class/net."},
    {.name = kNetclassRtnlStats,
     .type = FlagType::kBool,
     .default_value = "false",
     .help = "With netlink, report the traffic counters too; not together with netdev."},
}};

constexpr auto kMetrics = [] {
  constexpr std::size_t kCounters =
      kCommonLinkCounters.size() + kDetailedLinkCounters.size() + kNoHandlerLinkCounter.size();
  std::array<MetricDesc, kLinkAttributes.size() + 3 + kCounters> all{};
  auto* next = std::copy(kLinkAttributes.begin(), kLinkAttributes.end(), all.begin());
  for (const MetricDesc& desc : {kLinkUp, kLinkInfo, kAltnamesInfo}) *next++ = desc;
  const auto append = [&next](std::span<const LinkCounter> counters) {
    for (const LinkCounter& counter : counters) *next++ = counter.desc;
  };
  append(kCommonLinkCounters);
  append(kDetailedLinkCounters);
  append(kNoHandlerLinkCounter);
  return all;
}();

// The kernel's own sysfs tells of the network namespace that rtnetlink tells of, or of another one:
// NetclassSysfs finds that out. A copy, as in a test, tells of none.
NetlinkDump LinksBehind(const std::string& sysfs) {
  struct statfs status {};
  if (::statfs(sysfs.c_str(), &status) == 0 && status.f_type == SYSFS_MAGIC) {
    return KernelNetlink(NETLINK_ROUTE);
  }
  return [](std::uint16_t, std::span<const std::byte>, NetlinkVisitor) { return Status(); };
}

Result<std::unique_ptr<Collector>> MakeNetclass(const CollectorContext& context) {
  if (context.flags.Bool(kNetlink)) {
    return MakeNetclassRtnl(context, KernelNetlink(NETLINK_ROUTE), KernelNetlink(NETLINK_GENERIC));
  }
  return MakeNetclassSysfs(context, LinksBehind(context.paths.sysfs));
}

}  // namespace

extern constinit const CollectorSpec kNetclassCollector = {
    .name = "netclass",
    .help = "Attributes of the network interfaces.",
    .make = MakeNetclass,
    .flags = kFlags,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
