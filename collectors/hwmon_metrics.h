#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "collectors/hwmon_names.h"
#include "core/metrics/metric_desc.h"

// Which metric a file of /sys/class/hwmon becomes.
namespace hostpulse::collectors {

struct HwmonMetric {
  std::string name;                  // Empty where the file is no sample.
  const MetricDesc* desc = nullptr;  // The row that describes it.
  // One of the two is 1: a division by a power of ten is exact where the multiplication is not, and
  // node_exporter does sometimes the one and sometimes the other.
  double factor = 1;
  double divisor = 1;
  bool is_switch = false;           // 1 where the text is "1", else 0, whatever it is.
  bool is_called_by_label = false;  // The sensor's label stands for its name; without, no sample.

  // The value of a sample, in the metric's unit; nothing where the text is no number.
  std::optional<double> ValueOf(std::string_view text) const;
};

// `beside_bare` tells that the sensor has a file without a property (pwm1) as well, so that its
// input must not take the bare name. `fixed_scales` leaves alarms such as temp1_crit_alarm at 0 and
// 1, which node_exporter scales like the quantity that they watch, and gets the humidity right.
HwmonMetric MakeHwmonMetric(const HwmonFileName& file, bool beside_bare, bool fixed_scales);

}  // namespace hostpulse::collectors
