#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "push/queue/queue.h"
#include "push/relabel.h"
#include "push/remote_write/write_request_encoder.h"

namespace hostpulse::push {

struct PartLimits {
  std::size_t max_samples = 10'000;
  std::size_t max_raw_bytes = std::size_t{8} << 20;
  // Samples before this are left out.
  std::int64_t not_before_ms = std::numeric_limits<std::int64_t>::min();
};

// A request made of a stretch of a batch's series.
struct RequestPart {
  std::string_view body;    // Until the next call of the builder.
  std::size_t samples = 0;  // In the body; 0: there is nothing to send.
  std::size_t relabelled_away = 0;
  std::size_t too_old = 0;
  std::size_t next_series = 0;  // Where the next part begins; the batch's size at its end.
};

// Turns batches into request bodies for one destination. What a series' labels become there is
// worked out once, when the series is first seen. Not thread safe.
class RequestBuilder {
 public:
  explicit RequestBuilder(Relabeler relabeler) : relabeler_(std::move(relabeler)) {}

  // At least one series is taken, whatever the limits.
  RequestPart Build(const Batch& batch, std::size_t first_series, const PartLimits& limits);

  // Series of the batch that ended are forgotten: after the batch is settled.
  void Forget(const Batch& batch);

  // Bodies with type, help and unit of every metric that is sent, 2,000 metrics each.
  std::vector<std::string> Metadata();

 private:
  struct Known {
    bool dropped = false;
    std::string labels;  // Encoded.
    std::shared_ptr<const SeriesFamily> family;
  };

  const Known& Look(const Series& series);
  std::vector<const SeriesFamily*> Families() const;

  Relabeler relabeler_;
  WriteRequestEncoder encoder_;
  std::unordered_map<SeriesId, Known> known_;
};

}  // namespace hostpulse::push
