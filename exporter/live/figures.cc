#include "exporter/live/figures.h"

#include <prometheus/client_metric.h>

#include <algorithm>
#include <array>
#include <set>

namespace hostpulse::live {
namespace {

using prometheus::ClientMetric;

std::string_view LabelOf(const ClientMetric& metric, std::string_view name) {
  const auto found = std::find_if(metric.label.begin(), metric.label.end(),
                                  [&](const auto& label) { return label.name == name; });
  return found == metric.label.end() ? std::string_view() : found->value;
}

// One pass over what was gathered; each family goes where its name says.
class FigureReader {
 public:
  explicit FigureReader(Figures& out) : out_(out) {}

  void Read(const FamilyView& family) {
    type_ = family.type;
    if (family.name == "node_cpu_seconds_total") return Cpu(family);
    if (family.name.starts_with("node_memory_")) return Memory(family);
    if (family.name.starts_with("node_pressure_")) return Pressure(family);
    if (family.name.starts_with("node_load")) return Load(family);
    if (family.name.starts_with("node_disk_")) return Disk(family);
    if (family.name.starts_with("node_network_")) return Network(family);
    if (family.name.starts_with("node_filesystem_")) return Filesystem(family);
  }

 private:
  double ValueOf(const ClientMetric& metric) const {
    switch (type_) {
      case prometheus::MetricType::Counter:
        return metric.counter.value;
      case prometheus::MetricType::Gauge:
        return metric.gauge.value;
      default:
        return metric.untyped.value;
    }
  }
  double OnlyValue(const FamilyView& family) const {
    return family.metrics.empty() ? 0 : ValueOf(*family.metrics.front());
  }

  void Cpu(const FamilyView& family) {
    std::set<std::string_view> cpus;
    for (const ClientMetric* metric : family.metrics) {
      cpus.insert(LabelOf(*metric, "cpu"));
      out_.cpu_seconds[std::string(LabelOf(*metric, "mode"))] += ValueOf(*metric);
    }
    out_.cpus = cpus.size();
  }

  void Memory(const FamilyView& family) {
    using Part = double Figures::Memory::*;
    struct Named {
      std::string_view name;
      Part part;
    };
    static constexpr std::array<Named, 8> kParts = {
        {{"node_memory_MemTotal_bytes", &Figures::Memory::total},
         {"node_memory_MemFree_bytes", &Figures::Memory::free},
         {"node_memory_MemAvailable_bytes", &Figures::Memory::available},
         {"node_memory_Buffers_bytes", &Figures::Memory::buffers},
         {"node_memory_Cached_bytes", &Figures::Memory::cached},
         {"node_memory_SReclaimable_bytes", &Figures::Memory::reclaimable},
         {"node_memory_SwapTotal_bytes", &Figures::Memory::swap_total},
         {"node_memory_SwapFree_bytes", &Figures::Memory::swap_free}}};
    for (const Named& named : kParts) {
      if (named.name == family.name) Get(out_.memory).*named.part = OnlyValue(family);
    }
  }

  void Pressure(const FamilyView& family) {
    if (family.name == "node_pressure_cpu_waiting_seconds_total") {
      Get(out_.pressure).cpu = OnlyValue(family);
    } else if (family.name == "node_pressure_io_waiting_seconds_total") {
      Get(out_.pressure).io = OnlyValue(family);
    } else if (family.name == "node_pressure_memory_waiting_seconds_total") {
      Get(out_.pressure).memory = OnlyValue(family);
    }
  }

  void Load(const FamilyView& family) {
    if (family.name == "node_load1") Get(out_.load).minute = OnlyValue(family);
    if (family.name == "node_load5") Get(out_.load).five_minutes = OnlyValue(family);
    if (family.name == "node_load15") Get(out_.load).fifteen_minutes = OnlyValue(family);
  }

  void Disk(const FamilyView& family) {
    if (family.name == "node_disk_read_bytes_total") {
      ForDevices(family, out_.disks, &Figures::Disk::read_bytes);
    } else if (family.name == "node_disk_written_bytes_total") {
      ForDevices(family, out_.disks, &Figures::Disk::written_bytes);
    } else if (family.name == "node_disk_io_time_seconds_total") {
      ForDevices(family, out_.disks, &Figures::Disk::busy_seconds);
    }
  }

  void Network(const FamilyView& family) {
    if (family.name == "node_network_receive_bytes_total") {
      ForDevices(family, out_.networks, &Figures::Network::received_bytes);
    } else if (family.name == "node_network_transmit_bytes_total") {
      ForDevices(family, out_.networks, &Figures::Network::transmitted_bytes);
    }
  }

  template <typename Device>
  void ForDevices(const FamilyView& family, std::map<std::string, Device, std::less<>>& devices,
                  double Device::*part) {
    for (const ClientMetric* metric : family.metrics) {
      devices[std::string(LabelOf(*metric, "device"))].*part = ValueOf(*metric);
    }
  }

  void Filesystem(const FamilyView& family) {
    const bool is_size = family.name == "node_filesystem_size_bytes";
    const bool is_available = family.name == "node_filesystem_avail_bytes";
    const bool is_read_only = family.name == "node_filesystem_readonly";
    if (!is_size && !is_available && !is_read_only) return;
    for (const ClientMetric* metric : family.metrics) {
      Figures::Filesystem& filesystem =
          FilesystemOf(LabelOf(*metric, "device"), LabelOf(*metric, "mountpoint"));
      const double value = ValueOf(*metric);
      if (is_size) filesystem.size = value;
      if (is_available) filesystem.available = value;
      if (is_read_only) filesystem.read_only = value != 0;
    }
  }

  Figures::Filesystem& FilesystemOf(std::string_view device, std::string_view mountpoint) {
    const auto found = std::find_if(out_.filesystems.begin(), out_.filesystems.end(),
                                    [&](const Figures::Filesystem& each) {
                                      return each.device == device && each.mountpoint == mountpoint;
                                    });
    if (found != out_.filesystems.end()) return *found;
    Figures::Filesystem& added = out_.filesystems.emplace_back();
    added.device = device;
    added.mountpoint = mountpoint;
    return added;
  }

  template <typename Part>
  static Part& Get(std::optional<Part>& part) {
    if (!part) part = Part{};
    return *part;
  }

  Figures& out_;
  prometheus::MetricType type_ = prometheus::MetricType::Untyped;
};

}  // namespace

std::span<const std::string_view> FigureCollectors() {
  static constexpr std::array<std::string_view, 6> kNames = {"cpu",     "diskstats", "loadavg",
                                                             "meminfo", "netdev",    "pressure"};
  return kNames;
}

Figures ReadFigures(std::span<const FamilyView> families, MonotonicTime at) {
  Figures figures;
  figures.at = at;
  FigureReader reader(figures);
  for (const FamilyView& family : families) reader.Read(family);
  return figures;
}

}  // namespace hostpulse::live
