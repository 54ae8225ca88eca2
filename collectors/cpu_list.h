#pragma once

#include <string_view>

#include "core/function_ref.h"

namespace hostpulse::collectors {

// Calls `visit` for every CPU in a list as the kernel writes it ("0-3,8"), in its order. False
// where the text is not such a list or names a CPU above 65,535; what stood before has been visited
// then. An empty list is one.
bool ForEachCpu(std::string_view list, FunctionRef<void(int cpu)> visit);

// The number in the name of a CPU's directory ("cpu12" -> "12"); empty for any other name.
std::string_view CpuOfDirectory(std::string_view name);

}  // namespace hostpulse::collectors
