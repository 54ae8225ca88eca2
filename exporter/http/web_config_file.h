#pragma once

#include <string>

#include "core/result.h"
#include "exporter/http/web_config.h"

namespace hostpulse::http {

// Reads exporter-toolkit's web configuration file. Strict: unknown and repeated keys, wrong types
// and values that are not accepted are errors, all of them at once, one "file:line: key: what" a
// line. Paths in it are relative to the file.
// Errors: kInvalid.
Result<WebConfig> LoadWebConfig(const std::string& path);

// The parser behind it, for text that is already there. `path` stands in the errors.
Result<WebConfig> ParseWebConfig(const std::string& text, const std::string& path);

}  // namespace hostpulse::http
