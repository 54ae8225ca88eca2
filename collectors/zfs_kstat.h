#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/zfs_metrics.h"
#include "core/function_ref.h"
#include "core/metrics/metric_batch.h"
#include "core/result.h"

namespace hostpulse::collectors {

// A row of a named kstat (KSTAT_TYPE_NAMED): "hits  4  8772612".
struct KstatRow {
  std::size_t position;  // From 0 among the rows of its file.
  std::string_view line;
  std::string_view name;
  std::string_view type;  // The number of a KSTAT_DATA_*.
  std::string_view data;  // The rest of the line: a name may have spaces.
};

// Calls `visit` for each row below the heading, until it fails. Lines of fewer than three fields
// are passed over. `path` is for messages. Errors: kParse where there is no heading; those of
// `visit`.
Status VisitKstat(std::string_view text, std::string_view path,
                  FunctionRef<Status(const KstatRow&)> visit);

// The families of one kind of kstat file. The names of metrics are made once: every file of the
// kind has the same rows, until another version of OpenZFS is loaded. One thread at a time.
class KstatFamilies {
 public:
  // `kstat` must outlive it.
  explicit KstatFamilies(const ZfsKstat& kstat) : kstat_(kstat) {}

  // Forgets the families of the last batch: to be called for each.
  void Begin();

  // The family of a row or column; holds until `out` is finished.
  FamilyBuilder& Find(std::size_t position, std::string_view name, MetricBatch& out);

  // Adds a row where it is a 64-bit number and passes over the other types, as node_exporter does.
  // Errors: kParse for what should be a number and is none.
  Status Add(const KstatRow& row, std::span<const LabelView> labels, std::string_view path,
             MetricBatch& out);

 private:
  struct Column {
    std::string name;
    std::string metric;
    FamilyBuilder* family = nullptr;  // Null where this batch has not opened it.
  };

  const ZfsKstat& kstat_;
  std::vector<Column> columns_;  // By position.
};

}  // namespace hostpulse::collectors
