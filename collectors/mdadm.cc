// State of software RAID arrays, from /proc/mdstat and /sys/block/mdN/md.

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "collectors/attribute_reader.h"
#include "collectors/collector.h"
#include "collectors/families.h"
#include "collectors/kept_devices.h"
#include "collectors/kernel/kernel_dir.h"
#include "collectors/mdstat.h"

namespace hostpulse::collectors {
namespace {

enum Metric {
  kBlocks,
  kBlocksSynced,
  kDegraded,
  kDisks,
  kDisksRequired,
  kRaidDisks,
  kState,
  kMetricCount
};
constexpr std::array<MetricDesc, kMetricCount> kMetrics = {{
    {"node_md_blocks", kGauge, "device", "blocks", "Size of the array in blocks of 1 KiB."},
    {"node_md_blocks_synced", kGauge, "device", "blocks",
     "Blocks of 1 KiB that a running synchronisation has done; all of them while none runs."},
    {"node_md_degraded", kGauge, "device", "disks", "Disks that the array lacks."},
    {"node_md_disks", kGauge, "device,state", "disks",
     "Disks of the array that are active, failed or spare."},
    {"node_md_disks_required", kGauge, "device", "disks",
     "Disks that the array is made for, as /proc/mdstat has it."},
    {"node_md_raid_disks", kGauge, "device", "disks",
     "Disks that the array is made for, as /sys has it."},
    {"node_md_state", kGauge, "device,state", "bool",
     "1 for the state that the array is in, else 0; none is 1 while it is reshaped."},
}};

struct StateName {
  MdState state;
  std::string_view name;
};
constexpr auto kStates = std::to_array<StateName>({
    {MdState::kActive, "active"},
    {MdState::kCheck, "check"},
    {MdState::kInactive, "inactive"},
    {MdState::kRecovering, "recovering"},
    {MdState::kResync, "resync"},
});

using Families = std::array<FamilyBuilder*, kMetricCount>;

void AddArray(const MdArray& array, const Families& families) {
  const LabelView device = {"device", array.name};
  families[kBlocks]->Add({device}, static_cast<double>(array.blocks));
  families[kBlocksSynced]->Add({device}, static_cast<double>(array.blocks_synced));
  families[kDisksRequired]->Add({device}, static_cast<double>(array.disks_required));
  FamilyBuilder& disks = *families[kDisks];
  disks.Add({device, {"state", "active"}}, static_cast<double>(array.disks_active));
  disks.Add({device, {"state", "failed"}}, static_cast<double>(array.disks_failed));
  disks.Add({device, {"state", "spare"}}, static_cast<double>(array.disks_spare));
  for (const StateName& state : kStates) {
    families[kState]->Add({device, {"state", state.name}}, array.state == state.state ? 1 : 0);
  }
}

// While an array is reshaped, its former number of disks stands behind the new one: "4 (3)".
std::optional<std::uint64_t> ParseRaidDisks(std::string_view text) {
  return kernel::FieldScanner(text).NextNumber<std::uint64_t>();
}

// What an array has below /sys/block/mdN/md.
struct ArrayFiles {
  ArrayFiles(const std::string& directory, kernel::DescriptorBudget& budget)
      : raid_disks(directory + "/raid_disks", budget, kernel::FileKind::kAttribute),
        degraded(directory + "/degraded", budget, kernel::FileKind::kAttribute) {}
  kernel::KernelFile raid_disks;
  kernel::KernelFile degraded;
};

class MdadmCollector final : public Collector {
 public:
  explicit MdadmCollector(const CollectorContext& context)
      : descriptors_(context.descriptors),
        mdstat_(context.paths.Proc("mdstat"), descriptors_),
        block_(context.paths.Sys("block"), descriptors_) {}

  Status Collect(MetricBatch& out) override {
    const auto text = mdstat_.Read();
    if (!text) return text.status();
    const Families families = OpenFamilies(kMetrics, out);
    AttributeReader reader;
    reader.Note(ParseMdstat(*text, mdstat_.path(),
                            [&](const MdArray& array) { AddArray(array, families); }));
    AddAttributes(families, reader);
    return reader.TakeStatus();
  }

 private:
  void AddAttributes(const Families& families, AttributeReader& reader) {
    const auto names = block_.List();
    if (!names) {
      if (names.status().code() != ErrorCode::kAbsent) reader.Note(names.status());
      return;
    }
    arrays_.Begin();
    for (const std::string_view name : *names) {
      if (!name.starts_with("md")) continue;
      ArrayFiles& files = FindArray(name);
      const auto disks = reader.Value(files.raid_disks, ParseRaidDisks);
      if (!disks) continue;
      families[kRaidDisks]->Add({{"device", name}}, static_cast<double>(*disks));
      AddDegraded(name, files, *families[kDegraded], reader);
    }
    arrays_.End();
  }

  // An array that cannot do without a disk has no such file, and is never degraded.
  static void AddDegraded(std::string_view name, ArrayFiles& files, FamilyBuilder& family,
                          AttributeReader& reader) {
    if (const auto degraded = reader.Number(files.degraded)) {
      family.Add({{"device", name}}, static_cast<double>(*degraded));
    } else if (files.degraded.last_errno() == ENOENT) {
      family.Add({{"device", name}}, 0);
    }
  }

  ArrayFiles& FindArray(std::string_view name) {
    if (ArrayFiles* const known = arrays_.Find(name)) return *known;
    std::string directory = block_.path() + "/";
    return arrays_.Add(name, directory.append(name).append("/md"), descriptors_);
  }

  kernel::DescriptorBudget& descriptors_;
  kernel::KernelFile mdstat_;
  kernel::KernelDir block_;
  KeptDevices<ArrayFiles> arrays_;
};

Result<std::unique_ptr<Collector>> MakeMdadm(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<MdadmCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kMdadmCollector = {
    .name = "mdadm",
    .help = "State of software RAID arrays (/proc/mdstat).",
    .make = MakeMdadm,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
