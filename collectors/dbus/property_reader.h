#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "collectors/dbus/bus.h"
#include "core/log/logger.h"
#include "core/result.h"

namespace hostpulse::collectors::dbus {

// Asks for one property after another. Where an object does not have one, has left, or may not be
// looked at, that is a debug line; all else is a failure, of which the first is kept. After a
// timeout nothing is asked any more. One thread at a time.
class PropertyReader {
 public:
  // Both must outlive it.
  PropertyReader(Bus& bus, Logger& log) : bus_(bus), log_(log) {}

  // Nothing where there is no such property or the call failed. A text holds until the next call.
  std::optional<std::uint64_t> Number(const Object& object, const char* property);
  std::optional<bool> Bool(const Object& object, const char* property);
  std::optional<std::string_view> Text(const Object& object, const char* property);
  // `missing` where there is no such property, nothing where the call failed.
  std::optional<std::string_view> TextOr(const Object& object, const char* property,
                                         std::string_view missing);

  bool timed_out() const { return failure_.code() == ErrorCode::kTimeout; }
  const Status& failure() const { return failure_; }

 private:
  // Whether it says no more than that the property is not there.
  bool IsMissing(const Status& status);
  template <typename T>
  std::optional<T> Take(const Result<T>& value);

  Bus& bus_;
  Logger& log_;
  Status failure_;
};

}  // namespace hostpulse::collectors::dbus
