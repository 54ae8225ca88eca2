#pragma once

#include <string>
#include <string_view>

namespace hostpulse::config {

// Scripts that, evaluated in the shell, complete the command line of `program` by asking it
// (--completion-bash) and fall back to the names of files. `program` is the path or name that the
// process was started by: a link named node_exporter completes as that. A name that would need
// quoting is taken for "hostpulse".
std::string BashCompletionScript(std::string_view program);
std::string ZshCompletionScript(std::string_view program);

}  // namespace hostpulse::config
