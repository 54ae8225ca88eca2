#pragma once

#include <string>
#include <vector>

#include "exporter/config/config.h"

namespace hostpulse::commands {

// The subcommands. Each returns the exit code of the process: 0 fine, 1 any failure.

// Collects once and prints the text exposition to standard output.
int Once(const config::Config& config);

// Collects once and puts that into the Pushgateway, where it stays.
int PushOnce(const config::Config& config);

// Tries what the configuration says: one collection, the queue's directory, the files and the URL
// of each destination. Prints one line a finding.
int Check(const config::Config& config);

// Prints every collector that there is with its flags and metrics, as a table or as
// {"collectors":[{"name","default","flags","metrics":[{"name","type","labels","unit","help"}]}]}.
int Describe(bool json);
std::string DescribeJson();
std::string DescribeTable();

}  // namespace hostpulse::commands
