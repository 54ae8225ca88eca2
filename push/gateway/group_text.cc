#include "push/gateway/group_text.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "core/metrics/text_encoder.h"

namespace hostpulse::push {

void EncodeGroup(std::span<const FamilyView> families, std::string& out) {
  std::vector<FamilyView> kept;
  kept.reserve(families.size());
  std::copy_if(families.begin(), families.end(), std::back_inserter(kept),
               [](const FamilyView& family) { return !family.name.starts_with("process_"); });
  EncodeText(kept, out);
}

}  // namespace hostpulse::push
