#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "exporter/config/config.h"

namespace hostpulse::commands {

// The subcommands. Each returns the exit code of the process: 0 fine, 1 any failure.

// Collects once and prints the text exposition to standard output.
int Once(const config::Config& config);

// Collects once and puts that into the Pushgateway, where it stays.
int PushOnce(const config::Config& config);

// Tries what the configuration says: what the web configuration names, one collection, the queue's
// directory, the files and the URL of each destination. Prints one line a finding, and if `verbose`
// one for what is right, too.
int Check(const config::Config& config, bool verbose);

// Asks the hostpulse that serves with this configuration whether it is healthy, over its first
// listen address, for five seconds at most. 0 when it answers. A listener that wants client
// certificates, and a unix socket, are only connected to.
int Health(const config::Config& config);

struct TopOptions {
  std::chrono::nanoseconds interval = std::chrono::seconds(1);
  std::uint64_t count = 0;  // Frames; 0: until it is stopped.
  bool plain = false;       // Lines on a terminal, too.
};

// Shows what the status page shows of the host, each interval: on a terminal the whole screen,
// until q; else a line each time.
int RunTop(const config::Config& config, const TopOptions& options);

// Prints every collector that there is with its flags and metrics, as a table or as
// {"collectors":[{"name","default","flags","metrics":[{"name","type","labels","unit","help"}]}],
// "flags":[{"name","section","boolean","default","repeatable","key","environment","commands",
// "alias_of","hidden","help"}]}: of the program, "key" being that of the configuration file.
int Describe(bool json);
std::string DescribeJson();
std::string DescribeTable();

}  // namespace hostpulse::commands
