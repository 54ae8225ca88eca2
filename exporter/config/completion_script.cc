#include "exporter/config/completion_script.h"

#include <algorithm>

namespace hostpulse::config {
namespace {

constexpr std::string_view kBash =
    R"(# Completes the command line of PROGRAM in bash, which asks the program itself.
_hostpulse_complete() {
  local program=${COMP_WORDS[0]/#\~\//$HOME/}
  mapfile -t COMPREPLY < <(
    "$program" --completion-bash "${COMP_WORDS[@]:1:$COMP_CWORD}" 2>/dev/null
  )
}
complete -o default -F _hostpulse_complete PROGRAM
)";

// As a file of $fpath it is the body of a function that zsh calls; read by source or eval, it only
// registers that function.
constexpr std::string_view kZsh = R"(#compdef PROGRAM
# Completes the command line of PROGRAM in zsh, which asks the program itself.
_hostpulse_complete() {
  local program=${(Q)words[1]/#\~\//$HOME/}
  local -a candidates
  candidates=("${(@f)$("$program" --completion-bash "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  candidates=("${(@)candidates:#}")
  if (( ${#candidates} )); then
    compadd -a candidates
  else
    compset -P '--*='
    _files
  fi
}
if [[ ${funcstack[1]-} == _* ]]; then
  _hostpulse_complete "$@"
else
  compdef _hostpulse_complete PROGRAM
fi
)";

bool Plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

std::string_view CommandName(std::string_view program) {
  program.remove_prefix(program.rfind('/') + 1);
  const bool plain =
      !program.empty() && !program.starts_with('-') && std::ranges::all_of(program, Plain);
  return plain ? program : "hostpulse";
}

std::string Fill(std::string_view script, std::string_view program) {
  constexpr std::string_view kPlaceholder = "PROGRAM";
  const std::string_view name = CommandName(program);
  std::string out;
  for (std::size_t at = 0; (at = script.find(kPlaceholder)) != script.npos;) {
    out.append(script.substr(0, at)).append(name);
    script.remove_prefix(at + kPlaceholder.size());
  }
  return out.append(script);
}

}  // namespace

std::string BashCompletionScript(std::string_view program) {
  return Fill(kBash, program);
}

std::string ZshCompletionScript(std::string_view program) {
  return Fill(kZsh, program);
}

}  // namespace hostpulse::config
