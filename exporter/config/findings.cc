#include "exporter/config/findings.h"

namespace hostpulse::config {
namespace {

std::string Located(const Place& place, std::string_view key, std::string_view what) {
  std::string line = place.Text();
  for (const std::string_view part : {key, what}) {
    if (part.empty()) continue;
    if (!line.empty()) line += ": ";
    line += part;
  }
  return line;
}

}  // namespace

std::string Place::Text() const {
  if (!file) return {};
  return line > 0 ? *file + ":" + std::to_string(line) : *file;
}

void Findings::Error(const Place& place, std::string_view key, std::string_view what) {
  errors_.push_back(Located(place, key, what));
}

void Findings::Notice(const Place& place, std::string_view key, std::string_view what) {
  notices_.push_back(Located(place, key, what));
}

std::string Findings::Joined() const {
  std::string all;
  for (const std::string& error : errors_) {
    if (!all.empty()) all += '\n';
    all += error;
  }
  return all;
}

}  // namespace hostpulse::config
