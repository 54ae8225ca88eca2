#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/device_filter.h"
#include "collectors/kernel/kernel_file.h"
#include "core/metrics/metric_batch.h"
#include "core/result.h"

namespace hostpulse::collectors {

inline constexpr std::string_view kProtocolHelp =
    "Protocol counter under the names that /proc/net/netstat, snmp and snmp6 give it.";

// A file of /proc/net that holds pairs of lines, as snmp and netstat:
//   Tcp: InSegs OutSegs
//   Tcp: 100 200
// Which columns are wanted, and what their metrics are called, is worked out when a heading is new;
// after that only the wanted numbers are read. One thread at a time.
class ProtocolTable {
 public:
  // `wanted` is asked with "Tcp_InSegs"; it and `budget` outlive the table.
  ProtocolTable(std::string path, kernel::DescriptorBudget& budget, const Pattern& wanted);

  // Adds node_netstat_Tcp_InSegs ... Errors: as KernelFile::Read, kParse.
  Status Add(MetricBatch& out);
  // The same from a text of that file which somebody else has read.
  Status AddText(std::string_view text, MetricBatch& out);

 private:
  struct Column {
    std::size_t index;  // Among the fields of the line, the protocol being 0.
    std::string metric;
  };
  struct Heading {
    std::string text;
    std::size_t fields = 0;
    std::vector<Column> wanted;
  };
  bool Rebuild(std::string_view text, Heading& heading) const;
  Status AddValues(const Heading& heading, std::string_view line, MetricBatch& out) const;

  kernel::KernelFile file_;
  const Pattern& wanted_;
  std::vector<Heading> headings_;  // In the order of the file.
};

// A file of /proc/net with a counter a line, as snmp6: "Ip6InReceives 100". Otherwise as
// ProtocolTable. A missing file is fine: the host has no IPv6.
class ProtocolList {
 public:
  ProtocolList(std::string path, kernel::DescriptorBudget& budget, const Pattern& wanted);
  Status Add(MetricBatch& out);

 private:
  struct Line {
    std::string key;
    std::string metric;  // Empty where it is not wanted.
  };
  bool Rebuild(std::string_view key, Line& line) const;

  kernel::KernelFile file_;
  const Pattern& wanted_;
  std::vector<Line> lines_;  // In the order of the file.
};

}  // namespace hostpulse::collectors
