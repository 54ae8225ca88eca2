#include "collectors/dbus/property_reader.h"

namespace hostpulse::collectors::dbus {

template <typename T>
std::optional<T> PropertyReader::Take(const Result<T>& value) {
  if (value) return *value;
  IsMissing(value.status());
  return std::nullopt;
}

std::optional<std::uint64_t> PropertyReader::Number(const Object& object, const char* property) {
  if (timed_out()) return std::nullopt;
  return Take(bus_.GetNumber(object, property));
}

std::optional<bool> PropertyReader::Bool(const Object& object, const char* property) {
  if (timed_out()) return std::nullopt;
  return Take(bus_.GetBool(object, property));
}

std::optional<std::string_view> PropertyReader::Text(const Object& object, const char* property) {
  if (timed_out()) return std::nullopt;
  return Take(bus_.GetText(object, property));
}

std::optional<std::string_view> PropertyReader::TextOr(const Object& object, const char* property,
                                                       std::string_view missing) {
  if (timed_out()) return std::nullopt;
  const auto value = bus_.GetText(object, property);
  if (value) return *value;
  return IsMissing(value.status()) ? std::optional(missing) : std::nullopt;
}

bool PropertyReader::IsMissing(const Status& status) {
  if (status.code() == ErrorCode::kAbsent || status.code() == ErrorCode::kPermission) {
    log_.Debug("property left out", {{"reason", status.message()}});
    return true;
  }
  if (failure_.ok() || status.code() == ErrorCode::kTimeout) failure_ = status;
  return false;
}

}  // namespace hostpulse::collectors::dbus
