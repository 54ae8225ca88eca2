#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hostpulse::config {

// Where something was said: a line of a file, or, without a file, the command line or the
// environment. Cheap to copy.
struct Place {
  std::shared_ptr<const std::string> file;
  int line = 0;

  std::string Text() const;  // "hostpulse.yml:12", or empty.
};

// What is wrong with a configuration, gathered so that the user sees everything at once, and what
// is merely worth a line in the log. Never holds a secret: values of keys that may be one are not
// quoted. One thread at a time.
class Findings {
 public:
  // "file:line: key: what"; `what` says what is accepted.
  void Error(const Place& place, std::string_view key, std::string_view what);
  void Error(std::string message) { errors_.push_back({{}, {}, std::move(message)}); }
  void Notice(const Place& place, std::string_view key, std::string_view what);
  void Notice(std::string message) { notices_.push_back(std::move(message)); }

  bool ok() const { return errors_.empty(); }
  std::size_t error_count() const { return errors_.size(); }
  // Those without a place first, then in the order of files and lines.
  std::vector<std::string> errors() const;
  // Whether an error about this key, or about one below it, has been found.
  bool Mentions(std::string_view key) const;
  std::vector<std::string> TakeNotices() { return std::move(notices_); }

 private:
  struct Finding {
    Place place;
    std::string key;
    std::string text;
  };
  std::vector<Finding> errors_;
  std::vector<std::string> notices_;
};

}  // namespace hostpulse::config
