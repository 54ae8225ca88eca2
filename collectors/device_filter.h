#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "collectors/flag_spec.h"
#include "core/result.h"

namespace re2 {
class RE2;
}

namespace hostpulse::collectors {

// A regular expression in Go's syntax (RE2), unanchored as Go's MatchString. Thread safe.
class Pattern {
 public:
  // Errors: kInvalid with the expression, the reason and the place.
  static Result<Pattern> Compile(std::string_view expression);
  // Only for expressions that Compile or CheckFlagValue accepted; aborts on others.
  explicit Pattern(std::string_view expression);
  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;
  ~Pattern();

  bool Matches(std::string_view text) const;

 private:
  explicit Pattern(std::unique_ptr<re2::RE2> expression);
  std::unique_ptr<re2::RE2> expression_;
};

// An include and an exclude expression, either of which may be empty: as node_exporter's
// --collector.X.device-{include,exclude}. Thread safe.
class DeviceFilter {
 public:
  // Reads the two flags; an empty name stands for a filter that the collector does not have.
  // Errors: kInvalid where both are set by hand, which node_exporter calls mutually exclusive.
  static Result<DeviceFilter> FromFlags(const FlagValues& flags, std::string_view include_flag,
                                        std::string_view exclude_flag);
  DeviceFilter(std::string_view include, std::string_view exclude);
  DeviceFilter(DeviceFilter&&) noexcept;
  DeviceFilter& operator=(DeviceFilter&&) noexcept;
  ~DeviceFilter();

  bool operator()(std::string_view device) const;

 private:
  std::unique_ptr<Pattern> include_;  // Null where everything is included.
  std::unique_ptr<Pattern> exclude_;  // Null where nothing is excluded.
};

}  // namespace hostpulse::collectors
