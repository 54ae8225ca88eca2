#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "push/queue/queue.h"
#include "push/relabel.h"
#include "push/remote_write/compressor.h"
#include "push/remote_write/protocol.h"
#include "push/remote_write/request_v2_encoder.h"
#include "push/remote_write/write_request_encoder.h"

namespace hostpulse::push {

struct PartLimits {
  std::size_t max_samples = 10'000;
  std::size_t max_raw_bytes = std::size_t{8} << 20;
  // Samples before this are left out.
  std::int64_t not_before_ms = std::numeric_limits<std::int64_t>::min();
  // And those after this.
  std::int64_t not_after_ms = std::numeric_limits<std::int64_t>::max();
  // Heartbeats up to here have been overtaken by a later one, which some receivers do not forgive.
  std::int64_t overtaken_until_ms = std::numeric_limits<std::int64_t>::min();
  bool leave_out_overtaken = false;
  // Help and unit of every metric, too: only where the protocol has them beside its series.
  bool with_help = false;
};

// A request made of a stretch of a batch's series.
struct RequestPart {
  std::string_view body;    // Until the next call of the builder.
  std::size_t samples = 0;  // In the body; 0: there is nothing to send.
  std::size_t relabelled_away = 0;
  std::size_t too_old = 0;
  std::size_t from_future = 0;
  std::size_t overtaken = 0;    // Heartbeats, in the body unless they are to be left out.
  std::size_t next_series = 0;  // Where the next part begins; the batch's size at its end.
};

// Turns batches into request bodies for one destination. What a series' labels become there is
// worked out once, when the series is first seen. Not thread safe.
class RequestBuilder {
 public:
  // `heartbeat` has the labels of the series that is the heartbeat, before relabeling.
  explicit RequestBuilder(Relabeler relabeler, LabelSet heartbeat = {})
      : relabeler_(std::move(relabeler)), heartbeat_(std::move(heartbeat)) {}

  // What the next bodies are made for.
  void SetProtocol(Protocol protocol);
  Protocol protocol() const { return protocol_; }

  // At least one series is taken, whatever the limits.
  RequestPart Build(const Batch& batch, std::size_t first_series, const PartLimits& limits);

  // Series of the batch that ended are forgotten: after the batch is settled.
  void Forget(const Batch& batch);

  // Bodies with type, help and unit of every metric that is sent, 2,000 metrics each. None for
  // remote write 2.0, which has them in its series.
  std::vector<std::string> Metadata();

 private:
  struct Known {
    bool dropped = false;
    bool is_heartbeat = false;
    std::string labels;    // Encoded, for prometheus.WriteRequest,
    SymbolSeries symbols;  // or numbered, for remote write 2.0.
    std::shared_ptr<const SeriesFamily> family;
  };

  void Clear();
  void AddSeries(const Known& known, std::span<const Sample> samples, bool with_help);
  std::size_t raw_bytes() const;
  std::string_view Finish();
  const Known& Look(const Series& series);
  std::vector<const SeriesFamily*> Families() const;

  Relabeler relabeler_;
  const LabelSet heartbeat_;
  Protocol protocol_ = Protocol::kRemoteWrite1;
  WriteRequestEncoder encoder_;
  RequestV2Encoder v2_encoder_;
  Compressor compressor_;
  std::unordered_map<SeriesId, Known> known_;
};

}  // namespace hostpulse::push
