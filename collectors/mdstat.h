#pragma once

#include <cstdint>
#include <string_view>

#include "core/function_ref.h"
#include "core/result.h"

namespace hostpulse::collectors {

enum class MdState {
  kActive,
  kInactive,
  kRecovering,
  kResync,
  kCheck,
  kOther,  // Reshaping, broken.
};

// One array of /proc/mdstat (drivers/md/md.c of the kernel). The name is a view into the text.
struct MdArray {
  std::string_view name;  // "md0"
  MdState state = MdState::kOther;
  std::uint64_t disks_required = 0;  // 0 while inactive.
  std::uint64_t disks_active = 0;
  std::uint64_t disks_failed = 0;
  std::uint64_t disks_spare = 0;
  std::uint64_t blocks = 0;         // Of 1 KiB.
  std::uint64_t blocks_synced = 0;  // All of them, except while a synchronisation runs or waits.
};

// Calls `visit` for each array of `text`, in its order. An array that cannot be understood is
// passed over. Errors: kParse for the first of those; `path` is for the message.
Status ParseMdstat(std::string_view text, std::string_view path,
                   FunctionRef<void(const MdArray&)> visit);

}  // namespace hostpulse::collectors
