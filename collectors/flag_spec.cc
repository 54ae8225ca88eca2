#include "collectors/flag_spec.h"

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>

#include "collectors/device_filter.h"
#include "collectors/kernel/scanner.h"
#include "core/duration.h"

namespace hostpulse::collectors {
namespace {

[[noreturn]] void Broken(std::string_view name, const char* what) {
  std::fprintf(stderr, "flag --%.*s: %s\n", static_cast<int>(name.size()), name.data(), what);
  std::abort();
}

template <typename T>
T Sound(std::string_view name, std::optional<T> value) {
  if (!value) Broken(name, "its value was not checked");
  return *value;
}

Status Refuse(const FlagSpec& spec, std::string_view value, std::string_view accepted) {
  std::string message = "--";
  message.append(spec.name).append("=").append(value).append(": accepted is ").append(accepted);
  return {ErrorCode::kInvalid, std::move(message)};
}

}  // namespace

void FlagValues::Set(std::string_view name, std::vector<std::string> values) {
  values_.insert_or_assign(std::string(name), std::move(values));
}

const std::vector<std::string>& FlagValues::Strings(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) Broken(name, "no collector has it");
  return found->second;
}

const std::string& FlagValues::String(std::string_view name) const {
  const auto& values = Strings(name);
  if (values.size() != 1) Broken(name, "it has not one value");
  return values.front();
}

bool FlagValues::Bool(std::string_view name) const {
  return String(name) == "true";
}

std::int64_t FlagValues::Int(std::string_view name) const {
  return Sound(name, kernel::ParseNumber<std::int64_t>(String(name)));
}

double FlagValues::Float(std::string_view name) const {
  return Sound(name, kernel::ParseDouble(String(name)));
}

std::chrono::nanoseconds FlagValues::Duration(std::string_view name) const {
  const auto duration = ParseDuration(String(name));
  if (!duration) Broken(name, "its value was not checked");
  return *duration;
}

Status CheckFlagValue(const FlagSpec& spec, std::string_view value) {
  switch (spec.type) {
    case FlagType::kString:
      return {};
    case FlagType::kRegex:
      return Pattern::Compile(value).status().WithContext("--" + std::string(spec.name));
    case FlagType::kBool:
      if (value == "true" || value == "false") return {};
      return Refuse(spec, value, "true or false");
    case FlagType::kInt:
      if (kernel::ParseNumber<std::int64_t>(value)) return {};
      return Refuse(spec, value, "a whole number");
    case FlagType::kFloat:
      if (kernel::ParseDouble(value)) return {};
      return Refuse(spec, value, "a number");
    case FlagType::kDuration:
      return ParseDuration(value).status().WithContext("--" + std::string(spec.name));
  }
  Broken(spec.name, "its type is unknown");
}

}  // namespace hostpulse::collectors
