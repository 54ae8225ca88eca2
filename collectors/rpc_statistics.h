#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/kernel/kernel_file.h"
#include "core/metrics/labels.h"
#include "core/metrics/metric_batch.h"
#include "core/result.h"

namespace hostpulse::collectors {

// What a line of /proc/net/rpc/nfs or nfsd looks like: a key and numbers behind it.
struct RpcLine {
  std::string_view key;
  std::size_t fewest = 1;  // Fewer numbers are an error, further ones are passed over.
  bool counted = false;    // The first number says how many follow.
  // What stands behind so many is not looked at: it need not be a number.
  std::size_t most = std::numeric_limits<std::size_t>::max();
};

// A metric that is one number of a line.
struct RpcValue {
  const MetricDesc* metric;
  std::size_t line;  // Of the lines that RpcStatistics was made with.
  std::size_t column;
  LabelView label{};  // The only one; without a name where there is none.
};

// Call counters of one version of NFS: one column a method, in the order of the kernel.
struct RpcMethods {
  std::size_t line;
  std::string_view version;
  std::size_t column;                       // Of the first of the names.
  std::span<const std::string_view> names;  // "" for a column that is not reported.
};

// The methods of NFS 2 and 3 by their numbers in RFC 1094 and RFC 1813, as node_exporter calls
// them.
std::span<const std::string_view> Nfs2Methods();
std::span<const std::string_view> Nfs3Methods();

// The file of statistics that the kernel has for a user of RPC. One thread at a time.
class RpcStatistics {
 public:
  // `lines` must outlive it.
  RpcStatistics(std::string path, kernel::DescriptorBudget& budget, std::span<const RpcLine> lines);

  // Reads the file. Lines with other keys are passed over. Errors: as KernelFile::Read, and kParse
  // for a line that is not as its RpcLine says; nothing may then be added.
  Status Read();

  // Each adds what the last Read has found. A column or a line that this kernel does not have
  // counts as 0, as node_exporter has it.
  void Add(std::span<const RpcValue> values, MetricBatch& out) const;
  void Add(std::span<const RpcMethods> methods, const MetricDesc& requests, MetricBatch& out) const;

  double Value(std::size_t line, std::size_t column) const;

 private:
  Status ReadLine(std::string_view line);

  kernel::KernelFile file_;
  std::span<const RpcLine> lines_;
  std::vector<std::vector<std::uint64_t>> values_;  // Of each line.
};

}  // namespace hostpulse::collectors
