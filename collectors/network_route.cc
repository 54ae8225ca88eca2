// The unicast routes of the host, each as labels, and their number by interface, from rtnetlink.

#include "collectors/network_route.h"

#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "collectors/routes.h"

namespace hostpulse::collectors {
namespace {

constexpr std::array<MetricDesc, 2> kMetrics = {{
    {"node_network_route_info", kGauge, "dest,device,gw,priority,proto,src,weight", "1",
     "A route: where to, through which interface and gateway, and who made it."},
    {"node_network_routes", kGauge, "device", "", "Routes through the interface."},
}};

std::string_view ProtocolName(std::uint8_t protocol) {
  switch (protocol) {
    case 0:
      return "unspec";
    case 1:
      return "redirect";
    case 2:
      return "kernel";
    case 3:
      return "boot";
    case 4:
      return "static";
    case 8:
      return "gated";
    case 9:
      return "ra";
    case 10:
      return "mrt";
    case 11:
      return "zebra";
    case 12:
      return "bird";
    case 13:
      return "dnrouted";
    case 14:
      return "xorp";
    case 15:
      return "ntk";
    case 16:
      return "dhcp";
    case 17:
      return "mrouted";
    case 42:
      return "babel";
    case 186:
      return "bgp";
    case 187:
      return "isis";
    case 188:
      return "ospf";
    case 189:
      return "rip";
    case 192:
      return "eigrp";
    default:
      return "unknown";
  }
}

// Text of a number or an address, in place.
class ShortText {
 public:
  void Append(std::uint32_t number) {
    char* const end = std::to_chars(text_.data() + size_, text_.data() + text_.size(), number).ptr;
    size_ = static_cast<std::size_t>(end - text_.data());
  }
  void Append(char c) { text_[size_++] = c; }
  // Nothing for no address.
  void Append(int family, std::span<const std::byte> address) {
    if (address.empty()) return;
    ::inet_ntop(family, address.data(), text_.data() + size_, INET6_ADDRSTRLEN);
    size_ = std::string_view(text_.data()).size();
  }
  std::string_view view() const { return {text_.data(), size_}; }

 private:
  std::array<char, INET6_ADDRSTRLEN + 8> text_{};  // The longest is an address with its prefix.
  std::size_t size_ = 0;
};

// What the hops of a route have in common.
struct RouteText {
  explicit RouteText(const Route& route) : protocol(ProtocolName(route.protocol)) {
    source.Append(route.family, route.preferred_source);
    priority.Append(route.priority);
    if (route.prefix_length == 0) return;
    prefix.Append(route.family, route.destination);
    prefix.Append('/');
    prefix.Append(static_cast<std::uint32_t>(route.prefix_length));
  }
  std::string_view destination() const { return prefix.view().empty() ? "default" : prefix.view(); }

  std::string_view protocol;
  ShortText source;
  ShortText priority;
  ShortText prefix;
};

class NetworkRouteCollector final : public Collector {
 public:
  explicit NetworkRouteCollector(Rtnetlink source) : source_(std::move(source)) {}

  Status Collect(MetricBatch& out) override {
    FamilyBuilder& info = out.Family(kMetrics[0]);
    Status status = DumpRoutes(source_.dump, [&](const Route& route) {
      if (route.type == RTN_UNICAST) Add(route, info);
    });
    AddCounts(out.Family(kMetrics[1]));
    if (!status) out.Clear();  // Half a table would look like routes that were withdrawn.
    return status;
  }

 private:
  // A host may have a million routes, but through few interfaces, whose names are asked for once a
  // collection.
  struct Device {
    std::string name;
    std::uint64_t routes = 0;  // Of the collection that is going on.
  };

  void Add(const Route& route, FamilyBuilder& info) {
    const RouteText text(route);
    ForEachHop(route, [&](const RouteHop& hop) {
      Device& device = devices_[hop.index];
      if (device.routes == 0) device.name = source_.name_of(hop.index);
      if (device.name.empty() && hop.index != 0) return;  // It left meanwhile.
      ++device.routes;
      ShortText gateway;
      gateway.Append(route.family, hop.gateway);
      ShortText weight;
      if (hop.weight) weight.Append(static_cast<std::uint32_t>(*hop.weight));
      info.Add({{"dest", text.destination()},
                {"device", device.name},
                {"gw", gateway.view()},
                {"priority", text.priority.view()},
                {"proto", text.protocol},
                {"src", text.source.view()},
                {"weight", weight.view()}},
               1);
    });
  }

  void AddCounts(FamilyBuilder& family) {
    for (auto item = devices_.begin(); item != devices_.end();) {
      Device& device = item->second;
      const std::uint64_t routes = std::exchange(device.routes, 0);
      if (routes == 0) {
        item = devices_.erase(item);
        continue;
      }
      family.Add({{"device", device.name}}, static_cast<double>(routes));
      ++item;
    }
  }

  const Rtnetlink source_;
  std::unordered_map<std::uint32_t, Device> devices_;  // By index.
};

Result<std::unique_ptr<Collector>> MakeKernelNetworkRoute(const CollectorContext& context) {
  return MakeNetworkRoute(context, KernelRtnetlink());
}

}  // namespace

Result<std::unique_ptr<Collector>> MakeNetworkRoute(const CollectorContext&, Rtnetlink source) {
  return std::unique_ptr<Collector>(std::make_unique<NetworkRouteCollector>(std::move(source)));
}

extern constinit const CollectorSpec kNetworkRouteCollector = {
    .name = "network_route",
    .on_by_default = false,
    .help = "The routing table as labels.",
    .make = MakeKernelNetworkRoute,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
