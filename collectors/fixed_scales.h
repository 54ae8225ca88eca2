#pragma once

#include <string_view>

#include "collectors/flag_spec.h"

namespace hostpulse::collectors {

inline constexpr std::string_view kFixedScales = "hostpulse.fixed-scales";

// Whether the right values are wanted where node_exporter's scale is wrong. Off by default, so that
// nothing changes for whoever replaces one program by the other.
inline bool WantsFixedScales(const FlagValues& flags) {
  return flags.Has(kFixedScales) && flags.Bool(kFixedScales);
}

}  // namespace hostpulse::collectors
