#include "collectors/netclass_sysfs.h"

#include <linux/if.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/device_filter.h"
#include "collectors/families.h"
#include "collectors/kept_devices.h"
#include "collectors/kernel/kernel_dir.h"
#include "collectors/link_watch.h"
#include "collectors/netclass.h"

namespace hostpulse::collectors {
namespace {

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
constexpr std::size_t kSpeed = Index(LinkAttribute::kSpeed);

// Not an interface, but beside them.
constexpr std::string_view kBondingMasters = "bonding_masters";

// The files of one interface and what they said, in the order of the two tables above. No files for
// what is no directory.
class Interface {
 public:
  Interface(const std::string& directory, kernel::DescriptorBudget& budget) {
    struct stat status {};
    if (::stat(directory.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) return;
    const auto open = [&](std::string_view name, std::vector<kernel::KernelFile>& files) {
      std::string path = directory + "/";
      files.emplace_back(path.append(name), budget, kernel::FileKind::kAttribute);
    };
    number_files_.reserve(kNumberFiles.size());
    text_files_.reserve(kTextFiles.size());
    for (const std::string_view name : kNumberFiles) open(name, number_files_);
    for (const std::string_view name : kTextFiles) open(name, text_files_);
  }

  // Takes what has changed since the last time, as far as `link` can tell, which is null where it
  // is not known. False where nothing can be read: the interface left after it was listed.
  bool Update(const LinkWatch::State* link) {
    const bool same = link != nullptr && known_as_ == link->digest && reads_ < kMostReads;
    if (same) {
      ++reads_;
      ReadMode();
      return true;
    }
    reads_ = 0;
    known_as_.reset();
    if (!ReadAll()) return false;
    if (link != nullptr && IsOf(*link)) known_as_ = link->digest;
    return true;
  }

  std::string_view text(TextFile file) const { return texts_[file]; }
  const std::optional<std::int64_t>& number(std::size_t attribute) const {
    return numbers_[attribute];
  }

 private:
  // What the link does not tell, if it is there at all (the way of an address, set to the same),
  // is late by no more than this.
  static constexpr int kMostReads = 31;

  bool ReadAll() {
    bool there = false;
    for (std::size_t i = 0; i < text_files_.size(); ++i) there = ReadText(i) || there;
    for (std::size_t i = 0; i < number_files_.size(); ++i) {
      numbers_[i] = ReadNetclassNumber(number_files_[i]);
      there = there || numbers_[i];
    }
    has_mode_ = numbers_[kSpeed] || !texts_[kDuplex].empty();
    return there;
  }

  // An interface that is down refuses both, and one without a driver's word on them (lo).
  void ReadMode() {
    if (!has_mode_) return;
    numbers_[kSpeed] = ReadNetclassNumber(number_files_[kSpeed]);
    ReadText(kDuplex);
  }

  bool ReadText(std::size_t file) {
    const auto text = text_files_[file].TryReadTrimmed();
    texts_[file].assign(text.value_or(std::string_view()));
    return text.has_value();
  }

  // The same interface, not one of that name in another network namespace.
  bool IsOf(const LinkWatch::State& link) const {
    return numbers_[Index(LinkAttribute::kIndex)] == std::int64_t{link.index} &&
           numbers_[Index(LinkAttribute::kMtu)] == std::int64_t{link.mtu};
  }

  std::vector<kernel::KernelFile> number_files_;
  std::vector<kernel::KernelFile> text_files_;
  std::array<std::optional<std::int64_t>, kNumberFiles.size()> numbers_;
  std::array<std::string, kTextFiles.size()> texts_;
  bool has_mode_ = false;
  std::optional<std::uint64_t> known_as_;  // The digest of the link when all was read.
  int reads_ = 0;                          // Since then.
};

std::string_view AdminState(const std::optional<std::int64_t>& flags) {
  if (!flags) return "unknown";
  return (*flags & IFF_UP) != 0 ? "up" : "down";
}

class NetclassSysfs final : public Collector {
 public:
  NetclassSysfs(const CollectorContext& context, NetlinkDump links)
      : ignored_(context.flags.String(kNetclassIgnored)),
        with_invalid_speed_(!context.flags.Bool(kNetclassIgnoreInvalidSpeed)),
        descriptors_(context.descriptors),
        directory_(context.paths.Sys("class/net"), context.descriptors),
        watch_(std::move(links)) {}

  Status Collect(MetricBatch& out) override {
    watch_.Refresh();  // Before the files: what changes in between is seen the next time.
    const auto names = directory_.List();
    if (!names) return names.status();
    attributes_ = OpenFamilies(kLinkAttributes, out);
    up_ = &out.Family(kLinkUp);
    info_ = &out.Family(kLinkInfo);
    const bool watched = AreWatched(*names);
    interfaces_.Begin();
    for (const std::string_view name : *names) {
      if (!ignored_.Matches(name)) Add(name, watched ? watch_.Find(name) : nullptr);
    }
    interfaces_.End();
    return {};
  }

 private:
  // Whether sysfs and rtnetlink speak of the same interfaces.
  bool AreWatched(std::span<const std::string_view> names) const {
    std::size_t links = 0;
    for (const std::string_view name : names) {
      if (name == kBondingMasters) continue;
      if (watch_.Find(name) == nullptr) return false;
      ++links;
    }
    return links == watch_.size();
  }

  Interface& FindInterface(std::string_view name) {
    if (Interface* const known = interfaces_.Find(name)) return *known;
    std::string directory = directory_.path() + "/";
    return interfaces_.Add(name, directory.append(name), descriptors_);
  }

  void Add(std::string_view device, const LinkWatch::State* link) {
    Interface& interface = FindInterface(device);
    if (!interface.Update(link)) return;
    AddInfo(device, interface);
    AddNumbers(device, interface);
  }

  void AddInfo(std::string_view device, const Interface& interface) {
    up_->Add({{"device", device}}, interface.text(kOperstate) == "up" ? 1 : 0);
    info_->Add({{"address", interface.text(kAddress)},
                {"adminstate", AdminState(interface.number(Index(LinkAttribute::kFlags)))},
                {"broadcast", interface.text(kBroadcast)},
                {"device", device},
                {"duplex", interface.text(kDuplex)},
                {"ifalias", interface.text(kIfalias)},
                {"operstate", interface.text(kOperstate)}},
               1);
  }

  void AddNumbers(std::string_view device, const Interface& interface) {
    for (std::size_t i = 0; i < attributes_.size(); ++i) {
      const auto& number = interface.number(i);
      if (!number) continue;
      auto value = static_cast<double>(*number);
      if (i == kSpeed) {
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
  LinkWatch watch_;
  KeptDevices<Interface> interfaces_;
  // Of the collection that is going on.
  std::array<FamilyBuilder*, kLinkAttributes.size()> attributes_{};
  FamilyBuilder* up_ = nullptr;
  FamilyBuilder* info_ = nullptr;
};

}  // namespace

Result<std::unique_ptr<Collector>> MakeNetclassSysfs(const CollectorContext& context,
                                                     NetlinkDump links) {
  return std::unique_ptr<Collector>(std::make_unique<NetclassSysfs>(context, std::move(links)));
}

}  // namespace hostpulse::collectors
