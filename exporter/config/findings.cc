#include "exporter/config/findings.h"

#include <algorithm>

#include "core/utf8.h"

namespace hostpulse::config {
namespace {

std::string Located(const Place& place, std::string_view key, std::string_view what) {
  std::string line = place.Text();
  for (const std::string_view part : {key, what}) {
    if (part.empty()) continue;
    if (!line.empty()) line += ": ";
    line += part;
  }
  return Printable(line);
}

}  // namespace

std::string Place::Text() const {
  if (!file) return {};
  return line > 0 ? *file + ":" + std::to_string(line) : *file;
}

void Findings::Error(const Place& place, std::string_view key, std::string_view what) {
  errors_.push_back({place, std::string(key), Located(place, key, what)});
}

void Findings::Notice(const Place& place, std::string_view key, std::string_view what) {
  notices_.push_back(Located(place, key, what));
}

std::vector<std::string> Findings::errors() const {
  const auto order = [](const Finding& finding) {
    return std::pair(finding.place.file ? std::string_view(*finding.place.file) : "",
                     finding.place.line);
  };
  std::vector<Finding> sorted = errors_;
  std::ranges::stable_sort(sorted, {}, order);
  std::vector<std::string> texts;
  texts.reserve(sorted.size());
  for (Finding& finding : sorted) texts.push_back(std::move(finding.text));
  return texts;
}

bool Findings::Mentions(std::string_view key) const {
  return std::ranges::any_of(errors_, [&](const Finding& finding) {
    const std::string_view found = finding.key;
    const bool below =
        found.size() > key.size() && (found[key.size()] == '.' || found[key.size()] == '[');
    return found.starts_with(key) && (found.size() == key.size() || below);
  });
}

}  // namespace hostpulse::config
