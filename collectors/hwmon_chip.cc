#include "collectors/hwmon_chip.h"

#include <algorithm>
#include <cerrno>
#include <tuple>
#include <utility>

namespace hostpulse::collectors {
namespace {

std::string_view TrimNewlines(std::string_view text) {
  while (text.starts_with('\n')) text.remove_prefix(1);
  while (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

auto Key(const HwmonReading& reading) {
  return std::tie(reading.file->sensor(), reading.file->property());
}

}  // namespace

HwmonFile::HwmonFile(std::string path, const HwmonFileName& name, bool is_wanted, bool fixed_scales,
                     kernel::DescriptorBudget& budget)
    : sensor_(name.Sensor()),
      property_(name.property),
      metric_(MakeHwmonMetric(name, false, fixed_scales)),
      file_(std::move(path), budget, kernel::FileKind::kAttribute),
      is_wanted_(is_wanted) {
  if (property_ == "input") metric_beside_bare_ = MakeHwmonMetric(name, true, fixed_scales);
}

std::optional<std::string_view> HwmonFile::TryRead() {
  if (!is_wanted_) return std::nullopt;
  const auto text = file_.TryRead();
  if (text) return TrimNewlines(*text);
  // A directory may be called like a sensor: "power" has the settings of power management.
  if (file_.last_errno() == EISDIR) is_wanted_ = false;
  return std::nullopt;
}

HwmonChip::HwmonChip(const std::string& path, const HwmonOptions& options,
                     kernel::DescriptorBudget& budget)
    : options_(options),
      budget_(budget),
      driver_name_(path + "/name", budget, kernel::FileKind::kAttribute),
      own_(path, budget),
      device_(path + "/device", budget),
      name_(HwmonChipName(path, driver_name_.TryRead().value_or(""))),
      is_wanted_(options.wants_chip(name_)) {}

Status HwmonChip::Read() {
  readings_.clear();
  if (Status status = ReadFrom(own_); !status) return status;
  Status status = ReadFrom(device_);
  SortReadings();
  return status.code() == ErrorCode::kAbsent ? Status() : std::move(status);  // It needs no device.
}

Status HwmonChip::ReadFrom(Directory& directory) {
  const auto names = directory.listing.List();
  if (!names) return names.status();
  directory.files.Begin();
  for (const std::string_view file : *names) {
    const auto name = ParseHwmonFileName(file);
    if (!name) continue;
    HwmonFile& found = FindFile(file, *name, directory);
    if (const auto text = found.TryRead()) readings_.push_back({&found, *text, readings_.size()});
  }
  directory.files.End();
  return {};
}

HwmonFile& HwmonChip::FindFile(std::string_view file, const HwmonFileName& name,
                               Directory& directory) {
  if (HwmonFile* const known = directory.files.Find(file)) return *known;
  const bool is_wanted = options_.wants_sensor(name_ + ";" + name.Sensor());
  std::string path = directory.listing.path() + "/";
  return directory.files.Add(file, path.append(file), name, is_wanted, options_.fixed_scales,
                             budget_);
}

// Of a property that both directories have, only that of the device, which was read last, is left.
void HwmonChip::SortReadings() {
  std::sort(readings_.begin(), readings_.end(), [](const HwmonReading& a, const HwmonReading& b) {
    return std::tuple(Key(a), b.order) < std::tuple(Key(b), a.order);
  });
  const auto same = [](const HwmonReading& a, const HwmonReading& b) { return Key(a) == Key(b); };
  readings_.erase(std::unique(readings_.begin(), readings_.end(), same), readings_.end());
}

}  // namespace hostpulse::collectors
