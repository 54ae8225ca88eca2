#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/device_filter.h"
#include "collectors/hwmon_metrics.h"
#include "collectors/hwmon_names.h"
#include "collectors/kept_devices.h"
#include "collectors/kernel/kernel_dir.h"
#include "collectors/kernel/kernel_file.h"
#include "core/result.h"

namespace hostpulse::collectors {

// What the user wants to see of the sensors.
struct HwmonOptions {
  DeviceFilter wants_chip;
  DeviceFilter wants_sensor;  // Asked for "chip;sensor".
  bool fixed_scales = false;
};

// One file of a sensor, such as temp1_max. One thread at a time.
class HwmonFile {
 public:
  // `name` is that of the file at `path`. Nothing is read unless it is wanted.
  HwmonFile(std::string path, const HwmonFileName& name, bool is_wanted, bool fixed_scales,
            kernel::DescriptorBudget& budget);

  // The text without newlines at its ends, valid until the next call; nothing where the driver has
  // no value to give (EAGAIN, EINVAL, ENODATA, EIO ...). No allocation.
  std::optional<std::string_view> TryRead();

  const std::string& sensor() const { return sensor_; }
  const std::string& property() const { return property_; }
  const HwmonMetric& metric(bool beside_bare) const {
    return beside_bare && metric_beside_bare_ ? *metric_beside_bare_ : metric_;
  }

 private:
  const std::string sensor_;
  const std::string property_;
  const HwmonMetric metric_;
  std::optional<HwmonMetric> metric_beside_bare_;  // Of an input.
  kernel::KernelFile file_;
  bool is_wanted_;
};

// What a file said.
struct HwmonReading {
  const HwmonFile* file;
  std::string_view text;
  std::size_t order;  // In which the files were read.
};

// A chip with its sensors' files: new drivers have them in the directory of the chip, old ones in
// that of the device behind it. One thread at a time.
class HwmonChip {
 public:
  // `path` is /sys/class/hwmon/hwmonN; `options` must outlive the chip.
  HwmonChip(const std::string& path, const HwmonOptions& options, kernel::DescriptorBudget& budget);

  // What it is called in labels; the same as long as the chip is there.
  const std::string& name() const { return name_; }
  bool is_wanted() const { return is_wanted_; }

  // What the driver calls it; valid until the next call.
  std::optional<std::string_view> TryReadDriverName() { return driver_name_.TryRead(); }

  // Reads every file that is wanted. The readings are those of one sensor after the other, its
  // properties in order; valid until the next Read. No allocation once warm.
  // Errors: kAbsent where the chip has left; the rest as KernelDir::List, readings may be missing.
  Status Read();
  std::span<const HwmonReading> readings() const { return readings_; }

 private:
  struct Directory {
    Directory(std::string path, kernel::DescriptorBudget& budget)
        : listing(std::move(path), budget) {}
    kernel::KernelDir listing;
    KeptDevices<HwmonFile> files;
  };

  Status ReadFrom(Directory& directory);
  HwmonFile& FindFile(std::string_view file, const HwmonFileName& name, Directory& directory);
  void SortReadings();

  const HwmonOptions& options_;
  kernel::DescriptorBudget& budget_;
  kernel::KernelFile driver_name_;
  Directory own_;
  Directory device_;
  const std::string name_;
  const bool is_wanted_;
  std::vector<HwmonReading> readings_;
};

}  // namespace hostpulse::collectors
