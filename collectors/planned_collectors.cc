#include "collectors/planned_collectors.h"

#include <array>

namespace hostpulse::collectors {
namespace {

constexpr FlagSpec Filter(std::string_view name, std::string_view help,
                          std::string_view value = "") {
  return {.name = name, .type = FlagType::kRegex, .default_value = value, .help = help};
}

constexpr FlagSpec Switch(std::string_view name, std::string_view help,
                          std::string_view value = "false") {
  return {.name = name, .type = FlagType::kBool, .default_value = value, .help = help};
}

constexpr FlagSpec Text(std::string_view name, std::string_view help, std::string_view value = "") {
  return {.name = name, .default_value = value, .help = help};
}

constexpr FlagSpec List(std::string_view name, std::string_view help) {
  return {.name = name, .help = help, .repeatable = true};
}

// The name that a flag had before: hidden, sets the new one.
constexpr FlagSpec Formerly(std::string_view name, std::string_view now) {
  return {.name = name,
          .type = FlagType::kRegex,
          .help = "The former name of this flag.",
          .hidden = true,
          .alias_of = now};
}

});

});

});

constexpr CollectorSpec Off(std::string_view name, std::string_view help,
                            std::span<const FlagSpec> flags = {}) {
  return {.name = name, .on_by_default = false, .help = help, .flags = flags};
}

constexpr auto kPlanned = std::to_array<CollectorSpec>({
});

}  // namespace

std::span<const CollectorSpec> PlannedCollectors() {
  return kPlanned;
}

}  // namespace hostpulse::collectors
