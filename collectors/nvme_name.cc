#include "collectors/nvme_name.h"

#include <algorithm>
#include <cstddef>

namespace hostpulse::collectors {
namespace {

// Takes `word` and the digits behind it off the front of `rest`; empty, with nothing taken, where
// they do not stand there.
std::string_view TakeNumber(std::string_view word, std::string_view& rest) {
  if (!rest.starts_with(word)) return {};
  const std::size_t end = std::min(rest.find_first_not_of("0123456789", word.size()), rest.size());
  const std::string_view digits = rest.substr(word.size(), end - word.size());
  if (!digits.empty()) rest.remove_prefix(end);
  return digits;
}

}  // namespace

std::optional<NvmeName> ParseNvmeName(std::string_view name) {
  NvmeName parsed;
  parsed.instance = TakeNumber("nvme", name);
  parsed.path = TakeNumber("c", name);
  parsed.name_space = TakeNumber("n", name);
  const bool path_to_nothing = !parsed.path.empty() && parsed.name_space.empty();
  if (parsed.instance.empty() || path_to_nothing || !name.empty()) return std::nullopt;
  return parsed;
}

}  // namespace hostpulse::collectors
