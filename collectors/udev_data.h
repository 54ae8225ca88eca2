#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "collectors/regular_file.h"

namespace hostpulse::collectors {

// The properties of a block device that are reported.
enum class UdevProperty {
  kAta,
  kAtaRotationRate,
  kAtaWriteCache,
  kAtaWriteCacheEnabled,
  kDmLvLayer,
  kDmLvName,
  kDmName,
  kDmUuid,
  kDmVgName,
  kFsType,
  kFsUsage,
  kFsUuid,
  kFsVersion,
  kModel,
  kPath,
  kRevision,
  kScsiSerial,
  kSerial,
  kSerialShort,
  kWwn,
  kCount,
};

// What udev knows of a block device, from its file /run/udev/data/bMAJOR:MINOR (one stat a
// collection; read again when it was written anew). One thread at a time.
class UdevData {
 public:
  explicit UdevData(std::string path) : path_(std::move(path)) {}
  UdevData(const UdevData&) = delete;
  UdevData& operator=(const UdevData&) = delete;

  // Looks whether the file has changed. One that is missing or cannot be read has no properties:
  // a container may not see them.
  void Refresh();

  // As in the file, udev's escapes ("\x20") not resolved, as node_exporter has it; empty where it
  // is not set. Valid until the next Refresh.
  std::string_view Get(UdevProperty property) const {
    return values_[static_cast<std::size_t>(property)];
  }

 private:
  void Parse();

  const std::string path_;
  FileStamp stamp_;  // Of the file that content_ was read from; all zero where there was none.
  std::string content_;
  std::array<std::string_view, static_cast<std::size_t>(UdevProperty::kCount)> values_{};
};

}  // namespace hostpulse::collectors
