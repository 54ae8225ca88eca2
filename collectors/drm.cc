// Load and memory of AMD graphics cards, from /sys/class/drm/cardN/device.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "collectors/collector.h"
#include "collectors/families.h"
#include "collectors/kept_devices.h"
#include "collectors/kernel/kernel_dir.h"
#include "collectors/sysfs_attributes.h"

namespace hostpulse::collectors {
namespace {

constexpr std::array<MetricDesc, 7> kNumbers = {{
    {"node_drm_gpu_busy_percent", kGauge, "card", "percent", "How busy the card is, of 100."},
    {"node_drm_memory_gtt_size_bytes", kGauge, "card", "bytes",
     "Main memory that the card can map (GTT)."},
    {"node_drm_memory_gtt_used_bytes", kGauge, "card", "bytes",
     "Main memory that the card has mapped (GTT)."},
    {"node_drm_memory_vis_vram_size_bytes", kGauge, "card", "bytes",
     "Memory of the card that the CPU can see."},
    {"node_drm_memory_vis_vram_used_bytes", kGauge, "card", "bytes",
     "Memory of the card that the CPU can see and that is in use."},
    {"node_drm_memory_vram_size_bytes", kGauge, "card", "bytes", "Memory of the card."},
    {"node_drm_memory_vram_used_bytes", kGauge, "card", "bytes",
     "Memory of the card that is in use."},
}};
constexpr MetricDesc kInfo = {
    "node_drm_card_info", kGauge, "card,memory_vendor,power_performance_level,unique_id,vendor",
    "1", "Identity and power level of a graphics card; the value is always 1."};
constexpr auto kMetrics = [] {
  std::array<MetricDesc, kNumbers.size() + 1> all{};
  std::copy(kNumbers.begin(), kNumbers.end(), all.begin());
  all.back() = kInfo;
  return all;
}();

// In the order of the families; behind them what becomes labels, and what tells the driver.
constexpr std::array<std::string_view, 11> kFiles = {"gpu_busy_percent",
                                                     "mem_info_gtt_total",
                                                     "mem_info_gtt_used",
                                                     "mem_info_vis_vram_total",
                                                     "mem_info_vis_vram_used",
                                                     "mem_info_vram_total",
                                                     "mem_info_vram_used",
                                                     "mem_info_vram_vendor",
                                                     "power_dpm_force_performance_level",
                                                     "unique_id",
                                                     "uevent"};
enum TextFile { kMemoryVendor = kNumbers.size(), kPerformanceLevel, kUniqueId, kUevent };

class DrmCollector final : public Collector {
 public:
  explicit DrmCollector(const CollectorContext& context)
      : descriptors_(context.descriptors),
        directory_(context.paths.Sys("class/drm"), context.descriptors) {}

  Status Collect(MetricBatch& out) override {
    const auto names = directory_.List();
    if (!names) return Unlisted(names.status());

    const auto numbers = OpenFamilies(kNumbers, out);
    FamilyBuilder& info = out.Family(kInfo);
    Status status;
    cards_.Begin();
    for (const std::string_view name : *names) {
      if (DeviceNumber(name, "card").empty()) continue;  // A connector: card0-DP-1.
      Attributes& files = Find(name);
      if (!IsAmdgpu(files[kUevent])) continue;
      AddInfo(name, files, info);
      AddNumbers(name, files, numbers, status);
    }
    cards_.End();
    return status;
  }

 private:
  using Families = std::array<FamilyBuilder*, kNumbers.size()>;

  // A host without graphics has no such class, which node_exporter takes for a success.
  static Status Unlisted(const Status& status) {
    return status.code() == ErrorCode::kAbsent ? Status() : status;
  }

  Attributes& Find(std::string_view name) {
    if (Attributes* const known = cards_.Find(name)) return *known;
    std::string path = directory_.path() + "/";
    path.append(name).append("/device");
    return cards_.Add(name, OpenAttributes(path, kFiles, descriptors_));
  }

  static bool IsAmdgpu(kernel::KernelFile& uevent) {
    const auto text = uevent.TryRead();
    return text && text->find("DRIVER=amdgpu") != text->npos;
  }

  static void AddInfo(std::string_view card, Attributes& files, FamilyBuilder& family) {
    const auto text = [&files](TextFile file) {
      return files[file].TryReadTrimmed().value_or(std::string_view());
    };
    family.Add({{"card", card},
                {"memory_vendor", text(kMemoryVendor)},
                {"power_performance_level", text(kPerformanceLevel)},
                {"unique_id", text(kUniqueId)},
                {"vendor", "amd"}},
               1);
  }

  static void AddNumbers(std::string_view card, Attributes& files, const Families& families,
                         Status& status) {
    for (std::size_t i = 0; i < families.size(); ++i) {
      const auto value = TryReadNumber<std::uint64_t>(files[i], status);
      if (value) families[i]->Add({{"card", card}}, static_cast<double>(*value));
    }
  }

  kernel::DescriptorBudget& descriptors_;
  kernel::KernelDir directory_;
  KeptDevices<Attributes> cards_;
};

Result<std::unique_ptr<Collector>> MakeDrm(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<DrmCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kDrmCollector = {
    .name = "drm",
    .on_by_default = false,
    .may_block = true,  // A card that sleeps is woken up by whoever asks it.
    .help = "Load and memory of AMD graphics cards.",
    .make = MakeDrm,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
