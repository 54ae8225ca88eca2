// Attributes of the network interfaces, from /sys/class/net or from rtnetlink.

#include <linux/if.h>
#include <linux/netlink.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/collector.h"
#include "collectors/device_filter.h"
#include "collectors/families.h"
#include "collectors/kept_devices.h"
#include "collectors/kernel/kernel_dir.h"
#include "collectors/link_counters.h"
#include "collectors/netclass.h"
#include "collectors/netclass_rtnl.h"

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

// In the order of LinkAttribute.
constexpr std::array<std::string_view, kLinkAttributes.size()> kNumberFiles = {"addr_assign_type",
                                                                               "carrier",
                                                                               "carrier_changes",
                                                                               "carrier_down_count",
                                                                               "carrier_up_count",
                                                                               "dev_id",
                                                                               "dormant",
                                                                               "flags",
                                                                               "ifindex",
                                                                               "iflink",
                                                                               "link_mode",
                                                                               "mtu",
                                                                               "name_assign_type",
                                                                               "netdev_group",
                                                                               "type",
                                                                               "speed",
                                                                               "tx_queue_len"};

enum TextFile { kAddress, kBroadcast, kDuplex, kIfalias, kOperstate };
constexpr std::array<std::string_view, 5> kTextFiles = {"address", "broadcast", "duplex", "ifalias",
                                                        "operstate"};

// The files of one interface, in the order of the two tables above. None for what is no directory,
// like the file bonding_masters beside the interfaces.
struct Interface {
  Interface(const std::string& directory, kernel::DescriptorBudget& budget) {
    struct stat status {};
    if (::stat(directory.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) return;
    const auto open = [&](std::string_view name, std::vector<kernel::KernelFile>& files) {
      std::string path = directory + "/";
      files.emplace_back(path.append(name), budget, kernel::FileKind::kAttribute);
    };
    numbers.reserve(kNumberFiles.size());
    texts.reserve(kTextFiles.size());
    for (const std::string_view name : kNumberFiles) open(name, numbers);
    for (const std::string_view name : kTextFiles) open(name, texts);
  }
  std::vector<kernel::KernelFile> numbers;
  std::vector<kernel::KernelFile> texts;
};

std::string_view AdminState(const std::optional<std::int64_t>& flags) {
  if (!flags) return "unknown";
  return (*flags & IFF_UP) != 0 ? "up" : "down";
}

class NetclassSysfs final : public Collector {
 public:
  explicit NetclassSysfs(const CollectorContext& context)
      : ignored_(context.flags.String(kNetclassIgnored)),
        with_invalid_speed_(!context.flags.Bool(kNetclassIgnoreInvalidSpeed)),
        descriptors_(context.descriptors),
        directory_(context.paths.Sys("class/net"), context.descriptors) {}

  Status Collect(MetricBatch& out) override {
    const auto names = directory_.List();
    if (!names) return names.status();
    attributes_ = OpenFamilies(kLinkAttributes, out);
    up_ = &out.Family(kLinkUp);
    info_ = &out.Family(kLinkInfo);
    interfaces_.Begin();
    for (const std::string_view name : *names) {
      if (!ignored_.Matches(name)) Add(name, FindInterface(name));
    }
    interfaces_.End();
    return {};
  }

 private:
  Interface& FindInterface(std::string_view name) {
    if (Interface* const known = interfaces_.Find(name)) return *known;
    std::string directory = directory_.path() + "/";
    return interfaces_.Add(name, directory.append(name), descriptors_);
  }

  void Add(std::string_view device, Interface& interface) {
    std::array<std::optional<std::string_view>, kTextFiles.size()> texts;
    bool there = false;
    for (std::size_t i = 0; i < interface.texts.size(); ++i) {
      texts[i] = interface.texts[i].TryReadTrimmed();
      there = there || texts[i];
    }
    std::array<std::optional<std::int64_t>, kNumberFiles.size()> numbers;
    for (std::size_t i = 0; i < interface.numbers.size(); ++i) {
      numbers[i] = ReadNetclassNumber(interface.numbers[i]);
      there = there || numbers[i];
    }
    if (!there) return;  // It left after it was listed.
    AddInfo(device, texts, AdminState(numbers[Index(LinkAttribute::kFlags)]));
    AddNumbers(device, numbers);
  }

  void AddInfo(std::string_view device,
               const std::array<std::optional<std::string_view>, kTextFiles.size()>& texts,
               std::string_view admin_state) {
    const auto text = [&texts](TextFile file) { return texts[file].value_or(std::string_view()); };
    up_->Add({{"device", device}}, text(kOperstate) == "up" ? 1 : 0);
    info_->Add({{"address", text(kAddress)},
                {"adminstate", admin_state},
                {"broadcast", text(kBroadcast)},
                {"device", device},
                {"duplex", text(kDuplex)},
                {"ifalias", text(kIfalias)},
                {"operstate", text(kOperstate)}},
               1);
  }

  void AddNumbers(std::string_view device,
                  const std::array<std::optional<std::int64_t>, kNumberFiles.size()>& numbers) {
    constexpr std::size_t kSpeedIndex = Index(LinkAttribute::kSpeed);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      if (!numbers[i]) continue;
      auto value = static_cast<double>(*numbers[i]);
      if (i == kSpeedIndex) {
        if (value < 0 && !with_invalid_speed_) continue;
        value *= kSpeedScale;
      }
      attributes_[i]->Add({{"device", device}}, value);
    }
  }

  const Pattern ignored_;
  const bool with_invalid_speed_;
  kernel::DescriptorBudget& descriptors_;
  kernel::KernelDir directory_;
  KeptDevices<Interface> interfaces_;
  // Of the collection that is going on.
  std::array<FamilyBuilder*, kLinkAttributes.size()> attributes_{};
  FamilyBuilder* up_ = nullptr;
  FamilyBuilder* info_ = nullptr;
};

Result<std::unique_ptr<Collector>> MakeNetclass(const CollectorContext& context) {
  if (context.flags.Bool(kNetlink)) {
    return MakeNetclassRtnl(context, KernelNetlink(NETLINK_ROUTE), KernelNetlink(NETLINK_GENERIC));
  }
  return std::unique_ptr<Collector>(std::make_unique<NetclassSysfs>(context));
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
