#include "collectors/netclass_rtnl.h"

#include <linux/ethtool.h>
#include <linux/if.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "collectors/device_filter.h"
#include "collectors/ethtool_netlink.h"
#include "collectors/families.h"
#include "collectors/hardware_address.h"
#include "collectors/kept_devices.h"
#include "collectors/kernel/netlink.h"
#include "collectors/kernel/scanner.h"
#include "collectors/link_counters.h"
#include "collectors/netclass.h"

namespace hostpulse::collectors {
namespace {

using enum LinkAttribute;

// In the order of the kernel's IF_OPER_ values.
constexpr std::array<std::string_view, 7> kOperstates = {
    "unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up"};

std::string_view Word(std::uint8_t duplex) {
  if (duplex == DUPLEX_HALF) return "Half";
  return duplex == DUPLEX_FULL ? "Full" : "Unknown";
}

// What netlink does not tell and costs no lock to read.
struct AssignedFiles {
  AssignedFiles(const std::string& directory, kernel::DescriptorBudget& budget)
      : address_assign_type(directory + "/addr_assign_type", budget, kernel::FileKind::kAttribute),
        device_id(directory + "/dev_id", budget, kernel::FileKind::kAttribute),
        name_assign_type(directory + "/name_assign_type", budget, kernel::FileKind::kAttribute) {}
  kernel::KernelFile address_assign_type;
  kernel::KernelFile device_id;
  kernel::KernelFile name_assign_type;
};

class NetclassRtnl final : public Collector {
 public:
  NetclassRtnl(const CollectorContext& context, NetlinkDump links, NetlinkDump ethtool)
      : links_(std::move(links)),
        ethtool_(std::move(ethtool)),
        ignored_(context.flags.String(kNetclassIgnored)),
        with_invalid_speed_(!context.flags.Bool(kNetclassIgnoreInvalidSpeed)),
        with_stats_(context.flags.Bool(kNetclassRtnlStats)),
        directory_(context.paths.Sys("class/net")),
        descriptors_(context.descriptors) {
    counters_.Select(kCommonLinkCounters);
    counters_.Select(kDetailedLinkCounters);
    counters_.Select(kNoHandlerLinkCounter);
  }

  Status Collect(MetricBatch& out) override {
    if (Status status = ReadLinkModes(); !status) return status;
    attributes_ = OpenFamilies(kLinkAttributes, out);
    up_ = &out.Family(kLinkUp);
    info_ = &out.Family(kLinkInfo);
    altnames_ = &out.Family(kAltnamesInfo);
    if (with_stats_) counters_.Open(out);
    files_.Begin();
    Status status = DumpLinks(links_, [this](const Link& link) {
      if (!ignored_.Matches(link.name)) Add(link);
    });
    files_.End();
    return status;
  }

 private:
  // Without ethtool's family there is no speed and no duplex.
  Status ReadLinkModes() {
    modes_.clear();
    Status status =
        ethtool_.DumpLinkModes([this](const LinkMode& mode) { modes_.push_back(mode); });
    std::sort(modes_.begin(), modes_.end(),
              [](const LinkMode& a, const LinkMode& b) { return a.index < b.index; });
    return status.code() == ErrorCode::kAbsent ? Status() : status;
  }

  const LinkMode* FindMode(std::uint32_t index) const {
    const auto found = std::lower_bound(
        modes_.begin(), modes_.end(), index,
        [](const LinkMode& mode, std::uint32_t wanted) { return mode.index < wanted; });
    return found != modes_.end() && found->index == index ? &*found : nullptr;
  }

  void Add(const Link& link) {
    const LinkMode* const mode = FindMode(link.index);
    AddInfo(link, mode);
    AddNumbers(link);
    AddFiles(link.name);
    if (mode != nullptr && mode->speed_mbits && (*mode->speed_mbits >= 0 || with_invalid_speed_)) {
      Set(kSpeed, link.name, *mode->speed_mbits * kSpeedScale);
    }
    kernel::ForEachAttribute(link.properties, [&](const kernel::NetlinkAttribute& property) {
      if (property.type != IFLA_ALT_IFNAME) return;
      altnames_->Add({{"altname", property.text()}, {"device", link.name}}, 1);
    });
    if (with_stats_ && link.stats_bytes != 0) {
      const LabelView device{"device", link.name};
      counters_.Add(std::span(&device, 1), link.stats, link.stats_bytes);
    }
  }

  void AddInfo(const Link& link, const LinkMode* mode) {
    const std::uint8_t state = link.operstate.value_or(0);
    up_->Add({{"device", link.name}}, state == IF_OPER_UP ? 1 : 0);
    info_->Add({{"address", FormatHardwareAddress(link.address, address_)},
                {"broadcast", FormatHardwareAddress(link.broadcast, broadcast_)},
                {"device", link.name},
                {"duplex", mode != nullptr && mode->duplex ? Word(*mode->duplex) : ""},
                {"ifalias", link.alias},
                {"operstate", state < kOperstates.size() ? kOperstates[state] : "unknown"}},
               1);
  }

  void AddNumbers(const Link& link) {
    Set(kCarrier, link.name, link.carrier);
    Set(kCarrierChanges, link.name, link.carrier_changes);
    Set(kCarrierUp, link.name, link.carrier_up_count);
    Set(kCarrierDown, link.name, link.carrier_down_count);
    Set(kDormant, link.name, link.link_mode);
    Set(kFlags, link.name, link.flags);
    Set(kIndex, link.name, link.index);
    Set(kLink, link.name, link.link.value_or(link.index));
    Set(kLinkMode, link.name, link.link_mode);
    Set(kMtu, link.name, link.mtu);
    Set(kGroup, link.name, link.group);
    Set(kTransmitQueueLength, link.name, link.transmit_queue_length);
    Set(kType, link.name, link.type);
  }

  void AddFiles(std::string_view device) {
    AssignedFiles* files = files_.Find(device);
    if (files == nullptr) {
      std::string directory = directory_;
      directory.append("/").append(device);
      files = &files_.Add(device, directory, descriptors_);
    }
    Set(kAddressAssignType, device, ReadNetclassNumber(files->address_assign_type));
    Set(kDeviceId, device, ReadNetclassNumber(files->device_id));
    Set(kNameAssignType, device, ReadNetclassNumber(files->name_assign_type));
  }

  void Set(LinkAttribute attribute, std::string_view device, double value) {
    attributes_[Index(attribute)]->Add({{"device", device}}, value);
  }
  template <typename T>
  void Set(LinkAttribute attribute, std::string_view device, const std::optional<T>& value) {
    if (value) Set(attribute, device, static_cast<double>(*value));
  }

  const NetlinkDump links_;
  EthtoolNetlink ethtool_;
  const Pattern ignored_;
  const bool with_invalid_speed_;
  const bool with_stats_;
  const std::string directory_;
  kernel::DescriptorBudget& descriptors_;
  KeptDevices<AssignedFiles> files_;
  std::vector<LinkMode> modes_;  // By index.
  LinkCounterWriter counters_;
  std::string address_;
  std::string broadcast_;
  // Of the collection that is going on.
  std::array<FamilyBuilder*, kLinkAttributes.size()> attributes_{};
  FamilyBuilder* up_ = nullptr;
  FamilyBuilder* info_ = nullptr;
  FamilyBuilder* altnames_ = nullptr;
};

}  // namespace

Result<std::unique_ptr<Collector>> MakeNetclassRtnl(const CollectorContext& context,
                                                    NetlinkDump links, NetlinkDump ethtool) {
  return std::unique_ptr<Collector>(
      std::make_unique<NetclassRtnl>(context, std::move(links), std::move(ethtool)));
}

}  // namespace hostpulse::collectors
