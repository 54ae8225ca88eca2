// Hardware sensors: temperature, fan, voltage, power and others, from /sys/class/hwmon.

#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "collectors/collector.h"
#include "collectors/device_filter.h"
#include "collectors/hwmon_chip.h"
#include "collectors/hwmon_metric_table.h"
#include "collectors/hwmon_names.h"
#include "collectors/kept_devices.h"
#include "collectors/kernel/kernel_dir.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kChipInclude = "collector.hwmon.chip-include";
constexpr std::string_view kChipExclude = "collector.hwmon.chip-exclude";
constexpr std::string_view kSensorInclude = "collector.hwmon.sensor-include";
constexpr std::string_view kSensorExclude = "collector.hwmon.sensor-exclude";
constexpr std::string_view kFixedScales = "hostpulse.fixed-scales";

constexpr std::array<FlagSpec, 4> kFlags = {{
    {.name = kChipInclude, .type = FlagType::kRegex, .help = "Chips to report."},
    {.name = kChipExclude, .type = FlagType::kRegex, .help = "Chips to leave out."},
    {.name = kSensorInclude,
     .type = FlagType::kRegex,
     .help = "Sensors to report, matched against \"chip;sensor\"."},
    {.name = kSensorExclude,
     .type = FlagType::kRegex,
     .help = "Sensors to leave out, matched against \"chip;sensor\"."},
}};

// An include and an exclude expression may be given both, as node_exporter has it for this
// collector, whatever its help says.
HwmonOptions OptionsFrom(const FlagValues& flags) {
  return {.wants_chip = {flags.String(kChipInclude), flags.String(kChipExclude)},
          .wants_sensor = {flags.String(kSensorInclude), flags.String(kSensorExclude)},
          .fixed_scales = flags.Has(kFixedScales) && flags.Bool(kFixedScales)};
}

constexpr const MetricDesc& Desc(std::string_view name) {
  return *std::ranges::find(kHwmonMetrics, name, &MetricDesc::name);
}
constexpr const MetricDesc& kChipNames = Desc("node_hwmon_chip_names");
constexpr const MetricDesc& kSensorLabel = Desc("node_hwmon_sensor_label");

class HwmonCollector final : public Collector {
 public:
  explicit HwmonCollector(const CollectorContext& context)
      : options_(OptionsFrom(context.flags)),
        descriptors_(context.descriptors),
        directory_(context.paths.Sys("class/hwmon"), context.descriptors) {}

  Status Collect(MetricBatch& out) override {
    const auto names = directory_.List();
    if (!names) return names.status();

    Status status;
    chips_.Begin();
    for (const std::string_view name : *names) {
      HwmonChip& chip = FindChip(name);
      if (!chip.is_wanted()) continue;
      if (Status of_chip = AddChip(chip, out); status.ok()) status = std::move(of_chip);
    }
    chips_.End();
    return status;
  }

 private:
  // hwmonN is a link to where the chip is. When drivers are loaded anew, N may be another chip.
  HwmonChip& FindChip(std::string_view name) {
    path_.assign(directory_.path()).append("/").append(name);
    std::array<char, PATH_MAX> target;
    const ssize_t length = ::readlink(path_.c_str(), target.data(), target.size());
    const std::size_t size = length > 0 ? static_cast<std::size_t>(length) : 0;
    key_.assign(name).append("\n").append(target.data(), size);
    if (HwmonChip* const known = chips_.Find(key_)) return *known;
    return chips_.Add(key_, path_, options_, descriptors_);
  }

  Status AddChip(HwmonChip& chip, MetricBatch& out) {
    Status status = chip.Read();
    if (status.code() == ErrorCode::kAbsent) return {};  // It left after it was listed.
    AddChipName(chip, out);
    const auto readings = chip.readings();
    for (auto first = readings.begin(); first != readings.end();) {
      const auto last = std::find_if(first, readings.end(), [&](const HwmonReading& reading) {
        return reading.file->sensor() != first->file->sensor();
      });
      AddSensor(chip.name(), {first, last}, out);
      first = last;
    }
    return status;
  }

  void AddChipName(HwmonChip& chip, MetricBatch& out) {
    AssignHwmonName(chip.TryReadDriverName().value_or(""), cleaned_);
    if (cleaned_.empty()) return;
    out.Family(kChipNames).Add({{"chip", chip.name()}, {"chip_name", cleaned_}}, 1);
  }

  // `readings` are those of one sensor, with the file without a property in front.
  void AddSensor(std::string_view chip, std::span<const HwmonReading> readings, MetricBatch& out) {
    const HwmonFile& front = *readings.front().file;
    const auto label = std::ranges::find_if(
        readings, [](const HwmonReading& reading) { return reading.file->property() == "label"; });
    std::optional<std::string_view> label_text;
    if (label != readings.end()) {
      label_text = label->text;
      out.Family(kSensorLabel)
          .Add({{"chip", chip}, {"label", label->text}, {"sensor", front.sensor()}}, 1);
    }
    for (const HwmonReading& reading : readings) {
      const HwmonMetric& metric = reading.file->metric(front.property().empty());
      AddSample(chip, reading, metric, label_text, out);
    }
  }

  void AddSample(std::string_view chip, const HwmonReading& reading, const HwmonMetric& metric,
                 std::optional<std::string_view> label, MetricBatch& out) {
    if (metric.name.empty()) return;
    const auto value = metric.ValueOf(reading.text);
    if (!value) return;
    std::string_view sensor = reading.file->sensor();
    if (metric.is_called_by_label) {
      if (!label) return;
      AssignHwmonName(*label, cleaned_);
      sensor = cleaned_;
    }
    out.Family(metric.name, metric.desc->help, metric.desc->type)
        .Add({{"chip", chip}, {"sensor", sensor}}, *value);
  }

  const HwmonOptions options_;
  kernel::DescriptorBudget& descriptors_;
  kernel::KernelDir directory_;
  KeptDevices<HwmonChip> chips_;  // By name and target of the link.
  // Storage for one call.
  std::string path_;
  std::string key_;
  std::string cleaned_;
};

Result<std::unique_ptr<Collector>> MakeHwmon(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<HwmonCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kHwmonCollector = {
    .name = "hwmon",
    .may_block = true,  // Some chips sit behind a slow bus or a controller that hangs.
    .help = "Hardware sensors: temperature, fan, voltage, power.",
    .make = MakeHwmon,
    .flags = kFlags,
    .metrics = kHwmonMetrics,
};

}  // namespace hostpulse::collectors
