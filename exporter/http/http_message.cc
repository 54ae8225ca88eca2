#include "exporter/http/http_message.h"

#include <algorithm>

#include "exporter/http/ascii.h"
#include "exporter/http/percent_encoding.h"

namespace hostpulse::http {

std::string_view Request::Header(std::string_view name) const {
  for (const auto& [header, value] : headers) {
    if (EqualsIgnoreCase(header, name)) return value;
  }
  return {};
}

std::optional<std::vector<std::pair<std::string, std::string>>> QueryParameters(
    std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view parameter = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (parameter.empty()) continue;

    const std::size_t equals = std::min(parameter.find('='), parameter.size());
    auto name = PercentDecode(parameter.substr(0, equals), PlusSign::kIsSpace);
    auto value =
        PercentDecode(parameter.substr(std::min(equals + 1, parameter.size())), PlusSign::kIsSpace);
    if (!name || !value || !IsValidUtf8(*name) || !IsValidUtf8(*value)) return std::nullopt;
    parameters.emplace_back(std::move(*name), std::move(*value));
  }
  return parameters;
}

}  // namespace hostpulse::http
