#pragma once

#include <cstdio>
#include <string>

namespace hostpulse::commands {

// What `hostpulse check` says: a line for each finding, and with --verbose one for what is right,
// too. Lines are printed as they are made, since a destination may take its time.
class Report {
 public:
  explicit Report(bool verbose) : verbose_(verbose) {}

  void Finding(const std::string& line) {
    Print(line);
    ++findings_;
  }
  void Fine(const std::string& line) {
    if (verbose_) Print(line);
  }
  int findings() const { return findings_; }

 private:
  static void Print(const std::string& line) {
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
  }

  const bool verbose_;
  int findings_ = 0;
};

}  // namespace hostpulse::commands
