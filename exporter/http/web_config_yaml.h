#pragma once

#include <yaml-cpp/yaml.h>

#include <string>

#include "core/result.h"

namespace hostpulse::http {

// The one YAML document that a text holds; null for an empty one. `path` stands in the errors.
// Errors: kInvalid for what is no UTF-8, no YAML, or several documents.
Result<YAML::Node> ParseWebYaml(const std::string& text, const std::string& path);

}  // namespace hostpulse::http
