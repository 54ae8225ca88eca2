#pragma once

#include <string>
#include <vector>

#include "exporter/config/document.h"

namespace hostpulse::config {

// One value of a configuration file by the path to it, "remote_write[primary].url", fit to be
// logged: in place of what may hold a secret stands a fingerprint, which tells that it has changed
// and no more.
struct FileValue {
  std::string path;
  std::string text;

  bool operator==(const FileValue&) const = default;
};

// Every scalar of the file, sorted by path. Members of lists go by their name where they have one.
std::vector<FileValue> FlattenFile(const Node& file);

// How one value differs between two readings of the file; an empty text where it is not set.
struct FileChange {
  std::string path;
  std::string was;
  std::string is;

  bool operator==(const FileChange&) const = default;
};
std::vector<FileChange> CompareFiles(const std::vector<FileValue>& before,
                                     const std::vector<FileValue>& now);

}  // namespace hostpulse::config
