// Statistics of the NFS client for each mount, from /proc/self/mountstats and, for the addresses of
// the servers, /proc/self/mountinfo.

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "collectors/collector.h"
#include "collectors/families.h"
#include "collectors/kept_devices.h"
#include "collectors/kernel/kernel_file.h"
#include "collectors/mountstats_metrics.h"
#include "collectors/nfs_mountstats.h"

namespace hostpulse::collectors {
namespace {

// Seconds of a sum of milliseconds, of which node_exporter keeps what a double holds exactly.
double Seconds(std::uint64_t milliseconds) {
  constexpr std::uint64_t kExact = std::uint64_t{1} << 53;
  return static_cast<double>(milliseconds % kExact) / 1000;
}

// All families of the collector while it fills them.
struct MountstatsFamilies {
  explicit MountstatsFamilies(MetricBatch& out)
      : info(out.Family(kNfsMountInfo)),
        age(out.Family(kNfsAge)),
        bytes(OpenFamilies(kNfsBytes, out)),
        events(OpenFamilies(kNfsEvents, out)),
        transports(OpenFamilies(kNfsTransports, out)),
        operations(OpenFamilies(kNfsOperations, out)) {}

  FamilyBuilder& info;
  FamilyBuilder& age;
  const std::array<FamilyBuilder*, kNfsBytes.size()> bytes;
  const std::array<FamilyBuilder*, kNfsEvents.size()> events;
  const std::array<FamilyBuilder*, kNfsTransports.size()> transports;
  const std::array<FamilyBuilder*, kNfsOperations.size()> operations;
};

// The labels that all samples of a mount have.
struct MountLabels {
  LabelView device;
  LabelView address;
  LabelView protocol;
};

void AddMount(const NfsMount& mount, const MountLabels& of, const MountstatsFamilies& families) {
  families.info.Add({of.device, of.address, {"mountpoint", mount.mount_point}, of.protocol}, 1);
  const std::array<LabelView, 3> labels = {of.device, of.address, of.protocol};
  families.age.Add(labels, static_cast<double>(mount.age));
  for (std::size_t i = 0; i < mount.bytes.size(); ++i) {
    families.bytes[i]->Add(labels, static_cast<double>(mount.bytes[i]));
  }
  for (std::size_t i = 0; i < families.events.size(); ++i) {
    const std::size_t event = i < kNfsCongestionWait ? i : i + 1;
    families.events[i]->Add(labels, static_cast<double>(mount.events[event]));
  }
}

void AddTransports(const NfsMount& mount, const MountLabels& of,
                   const MountstatsFamilies& families) {
  for (std::size_t number = 0; number < mount.transports.size(); ++number) {
    char digits[20];
    const char* const end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    const std::string_view transport(digits, static_cast<std::size_t>(end - digits));
    for (std::size_t i = 0; i < kNfsTransports.size(); ++i) {
      families.transports[i]->Add(
          {of.device, of.address, of.protocol, {"transport", transport}},
          static_cast<double>(mount.transports[number].values[kNfsTransportValues[i]]));
    }
  }
}

void AddOperations(const NfsMount& mount, const MountLabels& of,
                   const MountstatsFamilies& families) {
  for (const NfsOperation& operation : mount.operations) {
    for (std::size_t i = 0; i < kNfsOperations.size(); ++i) {
      const std::uint64_t value = operation.values[i];
      families.operations[i]->Add(
          {of.device, of.address, {"operation", operation.name}, of.protocol},
          i < kNfsFirstTime ? static_cast<double>(value) : Seconds(value));
    }
  }
}

class MountstatsCollector final : public Collector {
 public:
  explicit MountstatsCollector(const CollectorContext& context)
      : mountstats_(context.paths.Proc("self/mountstats"), context.descriptors),
        mountinfo_(context.paths.Proc("self/mountinfo"), context.descriptors) {}

  Status Collect(MetricBatch& out) override {
    const auto mountstats = mountstats_.Read();
    if (!mountstats) return mountstats.status();
    const auto mountinfo = mountinfo_.Read();
    if (!mountinfo) return mountinfo.status();

    const MountstatsFamilies families(out);
    MountstatsScanner mounts(*mountstats, mountstats_.path());
    addresses_.Read(*mountinfo);
    ++collection_;
    exports_.Begin();
    while (mounts.Next(mount_)) {
      const std::string_view address = addresses_.Next(mount_.device);
      if (mount_.transports.empty()) continue;
      const std::string_view protocol = mount_.transports.front().protocol;
      if (!IsFirst(mount_.device, protocol, address)) continue;
      const MountLabels labels = {
          {"export", mount_.device}, {"mountaddr", address}, {"protocol", protocol}};
      AddMount(mount_, labels, families);
      AddTransports(mount_, labels, families);
      AddOperations(mount_, labels, families);
    }
    exports_.End();
    return mounts.status();
  }

 private:
  struct Export {
    std::uint64_t collection = 0;  // Of the last that had it.
  };

  // An export that is mounted several times is reported once: it has one set of statistics, or at
  // least of labels.
  bool IsFirst(std::string_view device, std::string_view protocol, std::string_view address) {
    key_.assign(device).append(" ").append(protocol).append(" ").append(address);
    Export& seen = exports_.FindOrAdd(key_);
    return std::exchange(seen.collection, collection_) != collection_;
  }

  kernel::KernelFile mountstats_;
  kernel::KernelFile mountinfo_;
  NfsAddresses addresses_;
  NfsMount mount_;
  std::string key_;
  KeptDevices<Export> exports_;
  std::uint64_t collection_ = 0;
};

Result<std::unique_ptr<Collector>> MakeMountstats(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<MountstatsCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kMountstatsCollector = {
    .name = "mountstats",
    .on_by_default = false,
    .help = "NFS client statistics by mount.",
    .make = MakeMountstats,
    .metrics = kMountstatsMetrics,
};

}  // namespace hostpulse::collectors
