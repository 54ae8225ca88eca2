#pragma once

#include <string>
#include <string_view>

#include "exporter/config/flag_table.h"

namespace hostpulse::config {

// --help-man: the manual page hostpulse(1) in the man macros of roff, with every flag that is
// accepted. groff, man and mandoc render it.
std::string ManPage(const FlagTable& table);

// `text` as roff prints it literally, in ASCII: nothing in it is a request or an escape, and what
// is copied from the page is what must be typed. Line breaks become spaces.
std::string RoffText(std::string_view text);

}  // namespace hostpulse::config
