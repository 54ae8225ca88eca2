#pragma once

#include <prometheus/metric_family.h>

#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/regular_file.h"
#include "core/log/logger.h"

namespace hostpulse::collectors {

// One *.prom file, whole or not at all.
struct Textfile {
  std::string path;  // As the directory was given or globbed.
  FileStamp stamp;   // Of the content that `families` came from.
  bool good = false;
  bool duplicates = false;                         // It repeats a series.
  std::vector<prometheus::MetricFamily> families;  // Empty unless good.
};

// The *.prom files of some directories, each parsed when it has changed. Bounds what a writer can
// do: 200 files a directory, 1 MiB and 10,000 samples a file; nothing but regular files (behind
// links, too) is read, nothing can stall it but a dead disk, and nothing of what a file holds gets
// into the log. One thread at a time.
class TextfileSet {
 public:
  // A directory may be a glob pattern; without a match it is taken literally. Empty ones are passed
  // over.
  TextfileSet(std::vector<std::string> directories, Logger& log);

  // Looks at every file. True if they are others, or other content, than at the last call.
  bool Refresh();

  // Good ones and others, in the order of the directories and then of their names; valid until
  // Refresh.
  std::span<const Textfile* const> files() const { return files_; }
  // Whether the last Refresh met a directory or a file that it could not read or parse.
  bool failed() const { return failed_; }

 private:
  struct Entry {
    Textfile file;
    bool seen = false;  // In the Refresh under way.
  };

  void ReadPattern(const std::string& pattern);
  void ReadDirectory(std::string_view directory);
  bool ListNames(int directory, std::string_view path);
  void CheckFile(int directory, const std::string& name, std::string_view directory_path);
  void ReadFile(const FileName& name, Textfile& file);
  void Forget(Textfile& file);
  void Fail(std::string_view message, const Status& status);

  const std::vector<std::string> directories_;
  Logger& log_;
  std::map<std::string, Entry, std::less<>> entries_;  // By path.
  std::vector<const Textfile*> files_;
  std::vector<const Textfile*> last_files_;
  bool failed_ = false;
  bool changed_ = false;

  // Kept for their storage only.
  std::string path_;
  std::string content_;
  std::vector<char> listing_;
  std::vector<std::string> names_;  // The first name_count_ are of the directory under way.
  std::size_t name_count_ = 0;
};

}  // namespace hostpulse::collectors
