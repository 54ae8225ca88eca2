#include "collectors/hwmon_metrics.h"

#include <algorithm>
#include <array>

#include "collectors/hwmon_metric_table.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

// Whether "node_hwmon_temp_<element>_celsius" or the like stands for `name`.
bool Describes(std::string_view pattern, std::string_view name) {
  const std::string_view head = pattern.substr(0, pattern.find('<'));
  const std::string_view tail = pattern.substr(pattern.rfind('>') + 1);
  return name.size() > head.size() + tail.size() && name.starts_with(head) && name.ends_with(tail);
}

const MetricDesc* DescOf(std::string_view name) {
  const auto* const exact = std::ranges::find(kHwmonMetrics, name, &MetricDesc::name);
  if (exact != kHwmonMetrics.end()) return exact;
  return std::ranges::find_if(kHwmonMetrics, [name](const MetricDesc& desc) {
    return desc.name.find('<') != desc.name.npos && Describes(desc.name, name);
  });
}

// How the properties of a type are named and scaled.
struct Rule {
  std::string_view type;      // Empty: any.
  std::string_view property;  // "*": any.
  std::string_view suffix;
  double factor = 1;
  double divisor = 1;
};

// A humidity is given in thousandths of a percent, which node_exporter takes for millionths.
constexpr double kHumidityDivisor = 1e6;
constexpr double kTrueHumidityDivisor = 1e5;

// The first that fits counts.
constexpr auto kRules = std::to_array<Rule>({
    {"", "fault", ""},
    {"", "alarm", ""},
    {"", "beep", "_enabled"},
    {"in", "*", "_volts", 0.001},
    {"cpu", "*", "_volts", 0.001},
    {"temp", "type", ""},
    {"temp", "*", "_celsius", 0.001},
    {"curr", "*", "_amps", 0.001},
    {"energy", "*", "_joule_total", 1, 1e6},
    {"power", "accuracy", "", 1, 1e6},
    {"power", "average_interval", "_seconds", 0.001},
    {"power", "average_interval_min", "_seconds", 0.001},
    {"power", "average_interval_max", "_seconds", 0.001},
    {"power", "*", "_watt", 1, 1e6},
    {"humidity", "*", "", 1, kHumidityDivisor},
    {"fan", "input", "_rpm"},
    {"fan", "min", "_rpm"},
    {"fan", "max", "_rpm"},
    {"fan", "target", "_rpm"},
    {"freq", "input", "_freq_mhz", 1, 1e6},
    {"", "*", ""},
});

const Rule& RuleOf(const HwmonFileName& file) {
  return *std::ranges::find_if(kRules, [&file](const Rule& rule) {
    return (rule.type.empty() || rule.type == file.type) &&
           (rule.property == "*" || rule.property == file.property);
  });
}

// Settings of the whole chip: the file without a property is all there is.
struct ChipSetting {
  std::string_view type;
  std::string_view metric;
  double factor = 1;
  bool is_switch = false;
};
constexpr auto kChipSettings = std::to_array<ChipSetting>({
    {"beep_enable", "node_hwmon_beep_enabled", 1, true},
    {"update_interval", "node_hwmon_update_interval_seconds", 0.001},
    {"vrm", "node_hwmon_voltage_regulator_version"},
});

HwmonMetric MakeChipSetting(const ChipSetting& setting, const HwmonFileName& file) {
  if (!file.property.empty()) return {};
  HwmonMetric metric;
  metric.name = setting.metric;
  metric.desc = DescOf(metric.name);
  metric.factor = setting.factor;
  metric.is_switch = setting.is_switch;
  return metric;
}

std::string MetricName(const HwmonFileName& file, bool beside_bare, std::string_view suffix) {
  std::string name = "node_hwmon_";
  name += file.type;
  if (file.property == "input") {
    if (beside_bare) name += "_input";
  } else if (!file.property.empty()) {
    std::string property;
    AssignHwmonName(file.property, property);
    name.append("_").append(property);
  }
  return name.append(suffix);
}

}  // namespace

std::optional<double> HwmonMetric::ValueOf(std::string_view text) const {
  if (is_switch) return text == "1" ? 1 : 0;
  const auto number = kernel::ParseDouble(text);
  if (!number) return std::nullopt;
  return *number * factor / divisor;
}

HwmonMetric MakeHwmonMetric(const HwmonFileName& file, bool beside_bare, bool fixed_scales) {
  if (file.property == "label") return {};
  for (const ChipSetting& setting : kChipSettings) {
    if (setting.type == file.type) return MakeChipSetting(setting, file);
  }
  const Rule& rule = RuleOf(file);
  HwmonMetric metric;
  metric.name = MetricName(file, beside_bare, rule.suffix);
  metric.desc = DescOf(metric.name);
  metric.is_called_by_label = file.type == "freq" && file.property == "input";
  if (fixed_scales && file.property.ends_with("_alarm")) return metric;
  metric.factor = rule.factor;
  metric.divisor = rule.divisor;
  if (fixed_scales && file.type == "humidity") metric.divisor = kTrueHumidityDivisor;
  return metric;
}

}  // namespace hostpulse::collectors
