// Batteries and power adapters, from /sys/class/power_supply.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "collectors/collector.h"
#include "collectors/device_filter.h"
#include "collectors/kept_devices.h"
#include "collectors/kernel/kernel_dir.h"
#include "collectors/power_supply_attributes.h"
#include "collectors/sysfs_attributes.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kIgnoredFlag = "collector.powersupply.ignored-supplies";
constexpr std::array<FlagSpec, 1> kFlags = {{
    {.name = kIgnoredFlag,
     .type = FlagType::kRegex,
     .default_value = "^$",
     .help = "Power supplies to leave out."},
}};

constexpr MetricDesc kInfo = {
    "node_power_supply_info", kGauge,
    "capacity_level,charge_type,health,manufacturer,model_name,power_supply,scope,serial_number,"
    "status,technology,type,usb_type",
    "1", "What the driver says of a power supply, as far as it does; the value is always 1."};
constexpr auto kMetrics = [] {
  std::array<MetricDesc, kPowerSupplyNumbers.size() + 1> all{};
  auto* next = all.begin();
  for (const PowerSupplyNumber& number : kPowerSupplyNumbers) *next++ = number.desc;
  *next = kInfo;
  return all;
}();

// Files whose text becomes a label of their name, sorted; the name of the supply stands between.
constexpr std::array<std::string_view, 11> kTexts = {
    "capacity_level", "charge_type", "health",     "manufacturer", "model_name", "scope",
    "serial_number",  "status",      "technology", "type",         "usb_type"};
constexpr std::string_view kNameLabel = "power_supply";

// A supply has a third of the files at most, others than its neighbours, and when a battery is
// changed they may be others again under the same name. So they are listed, not tried.
struct Supply {
  Supply(const std::string& path, kernel::DescriptorBudget& budget) : directory(path, budget) {}

  kernel::KernelDir directory;
  std::array<std::optional<kernel::KernelFile>, kPowerSupplyNumbers.size()> numbers;
  std::array<std::optional<kernel::KernelFile>, kTexts.size()> texts;
};

// Where `name` stands in a table sorted by names; the size of the table where it does not.
template <typename Table, typename NameOf>
std::size_t Find(const Table& table, std::string_view name, NameOf name_of) {
  const auto found = std::ranges::lower_bound(table, name, {}, name_of);
  const bool is_there = found != table.end() && std::invoke(name_of, *found) == name;
  return is_there ? static_cast<std::size_t>(found - table.begin()) : table.size();
}

class PowerSupplyCollector final : public Collector {
 public:
  explicit PowerSupplyCollector(const CollectorContext& context)
      : ignored_(context.flags.String(kIgnoredFlag)),
        descriptors_(context.descriptors),
        directory_(context.paths.Sys("class/power_supply"), context.descriptors) {}

  Status Collect(MetricBatch& out) override {
    const auto names = directory_.List();
    if (!names) return names.status();

    Status status;
    supplies_.Begin();
    for (const std::string_view name : *names) {
      if (!ignored_.Matches(name)) AddSupply(name, FindSupply(name), out, status);
    }
    supplies_.End();
    return status;
  }

 private:
  Supply& FindSupply(std::string_view name) {
    if (Supply* const known = supplies_.Find(name)) return *known;
    std::string path = directory_.path() + "/";
    return supplies_.Add(name, path.append(name), descriptors_);
  }

  void AddSupply(std::string_view name, Supply& supply, MetricBatch& out, Status& status) {
    const auto files = supply.directory.List();
    if (!files) return;  // It left after it was listed.
    std::array<std::string_view, kTexts.size()> texts;
    for (const std::string_view file : *files) {
      const std::size_t number = Find(kPowerSupplyNumbers, file, &PowerSupplyNumber::file);
      if (number < kPowerSupplyNumbers.size()) {
        AddNumber(name, number, Open(supply, file, supply.numbers[number]), out, status);
        continue;
      }
      const std::size_t text = Find(kTexts, file, std::identity());
      if (text == kTexts.size()) continue;
      texts[text] = Open(supply, file, supply.texts[text]).TryReadTrimmed().value_or("");
    }
    AddInfo(name, texts, out);
  }

  kernel::KernelFile& Open(const Supply& supply, std::string_view name,
                           std::optional<kernel::KernelFile>& file) {
    if (file) return *file;
    std::string path = supply.directory.path() + "/";
    return file.emplace(path.append(name), descriptors_, kernel::FileKind::kAttribute);
  }

  static void AddNumber(std::string_view name, std::size_t index, kernel::KernelFile& file,
                        MetricBatch& out, Status& status) {
    const auto value = TryReadNumber<std::int64_t>(file, status);
    if (!value) return;
    const PowerSupplyNumber& number = kPowerSupplyNumbers[index];
    out.Family(number.desc).Add({{kNameLabel, name}}, static_cast<double>(*value) / number.divisor);
  }

  // Only what a supply has becomes a label, so that each may have others.
  static void AddInfo(std::string_view name,
                      const std::array<std::string_view, kTexts.size()>& texts, MetricBatch& out) {
    std::array<LabelView, kTexts.size() + 1> labels;
    std::size_t count = 0;
    bool named = false;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (!named && kNameLabel < kTexts[i]) {
        labels[count++] = {kNameLabel, name};
        named = true;
      }
      if (!texts[i].empty()) labels[count++] = {kTexts[i], texts[i]};
    }
    out.Family(kInfo).Add(std::span(labels).first(count), 1);
  }

  const Pattern ignored_;
  kernel::DescriptorBudget& descriptors_;
  kernel::KernelDir directory_;
  KeptDevices<Supply> supplies_;
};

Result<std::unique_ptr<Collector>> MakePowerSupply(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<PowerSupplyCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kPowersupplyclassCollector = {
    .name = "powersupplyclass",
    .may_block = true,  // Batteries sit behind an embedded controller.
    .help = "Batteries and power adapters.",
    .make = MakePowerSupply,
    .flags = kFlags,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
