// Members of bonded interfaces, from /sys/class/net/bonding_masters and the files of each bond.

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "collectors/collector.h"
#include "collectors/families.h"
#include "collectors/kept_devices.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr std::array<MetricDesc, 2> kMetrics = {{
    {"node_bonding_slaves", kGauge, "master", "interfaces",
     "Interfaces that have been put into the bond."},
    {"node_bonding_active", kGauge, "master", "interfaces",
     "Interfaces of the bond whose link is up."},
}};

// Whether the link of an interface is up, as its bond sees it.
class Slave {
 public:
  Slave(const std::string& bond, std::string_view name, kernel::DescriptorBudget& budget)
      : state_(Path(bond, "lower_", name), budget, kernel::FileKind::kAttribute),
        old_state_(Path(bond, "slave_", name), budget, kernel::FileKind::kAttribute) {}

  // False, too, where it has just left the bond.
  bool IsUp() {
    auto state = state_.TryReadTrimmed();
    if (!state) state = old_state_.TryReadTrimmed();
    return state == "up";
  }

 private:
  static std::string Path(std::string bond, std::string_view prefix, std::string_view name) {
    return std::move(bond.append(prefix).append(name).append("/bonding_slave/mii_status"));
  }

  kernel::KernelFile state_;
  kernel::KernelFile old_state_;  // What old kernels call the link.
};

struct Bond {
  Bond(std::string path, kernel::DescriptorBudget& budget)
      : directory(std::move(path)),
        members(directory + "bonding/slaves", budget, kernel::FileKind::kAttribute) {}

  const std::string directory;
  kernel::KernelFile members;
  KeptDevices<Slave> slaves;
};

class BondingCollector final : public Collector {
 public:
  explicit BondingCollector(const CollectorContext& context)
      : directory_(context.paths.Sys("class/net/")),
        descriptors_(context.descriptors),
        masters_(directory_ + "bonding_masters", descriptors_, kernel::FileKind::kAttribute) {}

  Status Collect(MetricBatch& out) override {
    const auto masters = masters_.ReadTrimmed();
    if (!masters) return masters.status();
    families_ = OpenFamilies(kMetrics, out);
    bonds_.Begin();
    kernel::FieldScanner names(*masters);
    for (auto name = names.Next(); !name.empty(); name = names.Next()) Add(name);
    bonds_.End();
    return {};
  }

 private:
  void Add(std::string_view master) {
    Bond* bond = bonds_.Find(master);
    if (bond == nullptr) {
      std::string path = directory_;
      bond = &bonds_.Add(master, std::move(path.append(master).append("/")), descriptors_);
    }
    const auto members = bond->members.TryReadTrimmed();
    if (!members) return;  // The bond left after it was listed.

    int count = 0;
    int active = 0;
    bond->slaves.Begin();
    kernel::FieldScanner names(*members);
    for (auto name = names.Next(); !name.empty(); name = names.Next()) {
      ++count;
      if (bond->slaves.FindOrAdd(name, bond->directory, name, descriptors_).IsUp()) ++active;
    }
    bond->slaves.End();
    families_[0]->Add({{"master", master}}, count);
    families_[1]->Add({{"master", master}}, active);
  }

  const std::string directory_;
  kernel::DescriptorBudget& descriptors_;
  kernel::KernelFile masters_;
  KeptDevices<Bond> bonds_;
  std::array<FamilyBuilder*, kMetrics.size()> families_{};  // Of the collection that is going on.
};

Result<std::unique_ptr<Collector>> MakeBonding(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<BondingCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kBondingCollector = {
    .name = "bonding",
    .help = "Configured and active members of bonded interfaces.",
    .make = MakeBonding,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
