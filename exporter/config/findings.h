#pragma once

#include <memory>
#include <string>
#include <string_view>
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
  void Error(std::string message) { errors_.push_back(std::move(message)); }
  void Notice(const Place& place, std::string_view key, std::string_view what);
  void Notice(std::string message) { notices_.push_back(std::move(message)); }

  bool ok() const { return errors_.empty(); }
  const std::vector<std::string>& errors() const { return errors_; }
  std::vector<std::string> TakeNotices() { return std::move(notices_); }
  std::string Joined() const;  // Every error, one a line.

 private:
  std::vector<std::string> errors_;
  std::vector<std::string> notices_;
};

}  // namespace hostpulse::config
