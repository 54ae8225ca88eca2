// Counters, compression, errors and devices of bcachefs, from /sys/fs/bcachefs/UUID.

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "collectors/attribute_reader.h"
#include "collectors/bcachefs_metrics.h"
#include "collectors/bcachefs_text.h"
#include "collectors/collector.h"
#include "collectors/families.h"
#include "collectors/kept_devices.h"
#include "collectors/kernel/kernel_dir.h"

namespace hostpulse::collectors {
namespace {

constexpr auto kAttribute = kernel::FileKind::kAttribute;

std::string_view CounterHelp(std::string_view metric) {
  const auto* const known =
      std::ranges::lower_bound(kBcachefsCounters, metric, {}, &MetricDesc::name);
  const bool found = known != kBcachefsCounters.end() && known->name == metric;
  return found ? known->help : kBcachefsOtherCounter.help;
}

struct Counter {
  Counter(const std::string& directory, std::string_view name, kernel::DescriptorBudget& budget)
      : file(directory + "/" + std::string(name), budget, kAttribute),
        metric(std::string(kBcachefsPrefix).append(name).append(kBcachefsSuffix)),
        help(CounterHelp(metric)) {}
  kernel::KernelFile file;
  const std::string metric;
  const std::string_view help;
};

// The directory dev-N.
struct Device {
  Device(const std::string& path, kernel::DescriptorBudget& budget)
      : label(path + "/label", budget, kAttribute),
        state(path + "/state", budget, kAttribute),
        bucket_size(path + "/bucket_size", budget, kAttribute),
        buckets(path + "/nbuckets", budget, kAttribute),
        durability(path + "/durability", budget, kAttribute),
        io_done(path + "/io_done", budget, kAttribute),
        io_errors(path + "/io_errors", budget, kAttribute) {}
  kernel::KernelFile label;
  kernel::KernelFile state;
  kernel::KernelFile bucket_size;
  kernel::KernelFile buckets;
  kernel::KernelFile durability;
  kernel::KernelFile io_done;
  kernel::KernelFile io_errors;
};

struct FileSystem {
  FileSystem(const std::string& path, kernel::DescriptorBudget& budget)
      : directory(path, budget),
        counter_names(path + "/counters", budget),
        btree_cache_size(path + "/btree_cache_size", budget, kAttribute),
        btree_writes(path + "/btree_write_stats", budget, kAttribute),
        compression(path + "/compression_stats", budget, kAttribute),
        errors(path + "/errors", budget, kAttribute) {}
  kernel::KernelDir directory;
  kernel::KernelDir counter_names;
  kernel::KernelFile btree_cache_size;
  kernel::KernelFile btree_writes;
  kernel::KernelFile compression;
  kernel::KernelFile errors;
  KeptDevices<Counter> counters;
  KeptDevices<Device> devices;
};

// A name that cannot be part of a metric's is none of the kernel's.
bool IsCounterName(std::string_view name) {
  return std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

class BcachefsCollector final : public Collector {
 public:
  explicit BcachefsCollector(const CollectorContext& context)
      : descriptors_(context.descriptors),
        directory_(context.paths.Sys("fs/bcachefs"), descriptors_) {}

  Status Collect(MetricBatch& out) override {
    const auto names = directory_.List();
    if (!names) return names.status();
    families_ = OpenFamilies(kBcachefsFixedMetrics, out);
    AttributeReader reader;
    file_systems_.Begin();
    for (const std::string_view uuid : *names) {
      if (uuid.find('-') == uuid.npos) continue;
      FileSystem* file_system = file_systems_.Find(uuid);
      if (file_system == nullptr) {
        std::string path = directory_.path() + "/";
        file_system = &file_systems_.Add(uuid, path.append(uuid), descriptors_);
      }
      Add(uuid, *file_system, reader, out);
    }
    file_systems_.End();
    return reader.TakeStatus();
  }

 private:
  void Add(std::string_view uuid, FileSystem& file_system, AttributeReader& reader,
           MetricBatch& out) {
    const auto names = file_system.directory.List();
    if (!names) return;  // It left after it was listed.
    const LabelView label = {"uuid", uuid};
    families_[kBcachefsInfo]->Add({label}, 1);
    AddNumber(kBcachefsBtreeCacheSize, file_system.btree_cache_size, {&label, 1}, reader);
    AddBtreeWrites(label, file_system.btree_writes, reader);
    AddCompression(label, file_system.compression, reader);
    AddErrors(label, file_system.errors, reader);
    if (std::ranges::binary_search(*names, "counters")) {
      AddCounters(label, file_system, reader, out);
    }

    file_system.devices.Begin();
    for (const std::string_view name : *names) {
      if (!name.starts_with("dev-")) continue;
      Device* device = file_system.devices.Find(name);
      if (device == nullptr) {
        std::string path = file_system.directory.path() + "/";
        device = &file_system.devices.Add(name, path.append(name), descriptors_);
      }
      AddDevice({{{"device", name.substr(4)}, label}}, *device, reader);
    }
    file_system.devices.End();
  }

  void AddNumber(BcachefsMetric metric, kernel::KernelFile& file, std::span<const LabelView> labels,
                 AttributeReader& reader) {
    const auto value = reader.Value(file, ParseBcachefsNumber);
    if (value) families_[metric]->Add(labels, *value);
  }

  void AddCounters(const LabelView& uuid, FileSystem& file_system, AttributeReader& reader,
                   MetricBatch& out) {
    const auto names = file_system.counter_names.List();
    if (!names) return;
    file_system.counters.Begin();
    for (const std::string_view name : *names) {
      if (!IsCounterName(name)) continue;
      Counter& counter = file_system.counters.FindOrAdd(name, file_system.counter_names.path(),
                                                        name, descriptors_);
      const auto value = reader.Value(counter.file, ParseBcachefsCounter);
      if (value) out.Family(counter.metric, counter.help, kCounter).Add({uuid}, *value);
    }
    file_system.counters.End();
  }

  void AddBtreeWrites(const LabelView& uuid, kernel::KernelFile& file, AttributeReader& reader) {
    ForEachBcachefsRow(reader.Text(file).value_or(""), "nr", [&](BcachefsRow row) {
      const auto writes = row.rest.NextNumber<std::uint64_t>();
      const auto size = TakeBcachefsNumber(row.rest);
      if (!writes || !size) {
        reader.Note(kernel::ParseError(file.path(), row.name, row.line));
        return;
      }
      families_[kBcachefsBtreeWrites]->Add({{"type", row.name}, uuid},
                                           static_cast<double>(*writes));
      families_[kBcachefsBtreeWriteSize]->Add({{"type", row.name}, uuid}, *size);
    });
  }

  void AddCompression(const LabelView& uuid, kernel::KernelFile& file, AttributeReader& reader) {
    ForEachBcachefsRow(reader.Text(file).value_or(""), "type", [&](BcachefsRow row) {
      const auto compressed = TakeBcachefsNumber(row.rest);
      const auto uncompressed = TakeBcachefsNumber(row.rest);
      if (!compressed || !uncompressed) {
        reader.Note(kernel::ParseError(file.path(), row.name, row.line));
        return;
      }
      families_[kBcachefsCompressed]->Add({{"algorithm", row.name}, uuid}, *compressed);
      families_[kBcachefsUncompressed]->Add({{"algorithm", row.name}, uuid}, *uncompressed);
    });
  }

  void AddErrors(const LabelView& uuid, kernel::KernelFile& file, AttributeReader& reader) {
    ForEachBcachefsRow(reader.Text(file).value_or(""), "", [&](BcachefsRow row) {
      if (const auto count = TakeCount(row, file, reader)) {
        families_[kBcachefsErrors]->Add({{"error_type", row.name}, uuid}, *count);
      }
    });
  }

  void AddDevice(const std::array<LabelView, 2>& labels, Device& device, AttributeReader& reader) {
    const auto state = reader.Text(device.state);
    if (!state) return;  // It left after it was listed.
    families_[kBcachefsDeviceInfo]->Add({labels[0],
                                         {"label", reader.Text(device.label).value_or("")},
                                         {"state", ChosenBcachefsOption(*state)},
                                         labels[1]},
                                        1);
    AddNumber(kBcachefsDeviceBucketSize, device.bucket_size, labels, reader);
    AddNumber(kBcachefsDeviceBuckets, device.buckets, labels, reader);
    AddNumber(kBcachefsDeviceDurability, device.durability, labels, reader);
    ForEachBcachefsRow(reader.Text(device.io_done).value_or(""), "", [&](BcachefsRow row) {
      if (const auto bytes = TakeCount(row, device.io_done, reader)) {
        families_[kBcachefsDeviceIoDone]->Add(
            {{"data_type", row.name}, labels[0], {"operation", row.section}, labels[1]}, *bytes);
      }
    });
    ForEachBcachefsError(reader.Text(device.io_errors).value_or(""), [&](BcachefsRow row) {
      if (const auto count = TakeCount(row, device.io_errors, reader)) {
        families_[kBcachefsDeviceIoErrors]->Add({labels[0], {"type", row.name}, labels[1]}, *count);
      }
    });
  }

  static std::optional<double> TakeCount(BcachefsRow& row, const kernel::KernelFile& file,
                                         AttributeReader& reader) {
    const auto count = row.rest.NextNumber<std::uint64_t>();
    if (count) return static_cast<double>(*count);
    reader.Note(kernel::ParseError(file.path(), row.name, row.line));
    return std::nullopt;
  }

  kernel::DescriptorBudget& descriptors_;
  kernel::KernelDir directory_;
  KeptDevices<FileSystem> file_systems_;
  BcachefsFamilies families_{};  // Of the collection under way.
};

Result<std::unique_ptr<Collector>> MakeBcachefs(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<BcachefsCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kBcachefsCollector = {
    .name = "bcachefs",
    .help = "Counters, compression, errors and devices of bcachefs (/sys/fs/bcachefs).",
    .make = MakeBcachefs,
    .metrics = kBcachefsMetrics,
};

}  // namespace hostpulse::collectors
