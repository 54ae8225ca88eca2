#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "push/remote_write/protocol.h"

namespace hostpulse::push {

// Finds the leanest protocol that a destination understands, by trying: from remote write 2.0 over
// VictoriaMetrics' to remote write 1.0, which all do. A step down lasts kRemembered, then the
// leanest one is tried again. Not thread safe.
class ProtocolChooser {
 public:
  static constexpr std::chrono::hours kRemembered{6};

  // What the destination's options say; either may be "auto".
  ProtocolChooser(std::string_view message, std::string_view compression);

  Protocol current() const { return candidates_[at_]; }

  // The one that is left when no other was understood.
  Protocol last() const { return candidates_.back(); }

  // Between batches: goes back to the leanest one where it is time to.
  void BeginBatch(MonotonicTime now);

  // A request was not understood: moves on to the next protocol for the same samples; false where
  // there is none. Where that is not `certain`, the samples may be wrong instead, and how the
  // next protocol fares decides.
  bool StepDown(bool certain, MonotonicTime now);

  // A request was accepted: what was tried is right.
  void NoteAccepted() { tried_from_.reset(); }

  // Samples were refused for good. If that was the second opinion on them, then the protocol had
  // no part in it: back to the one before.
  void NoteRejected();

 private:
  std::vector<Protocol> candidates_;
  std::size_t at_ = 0;
  std::optional<std::size_t> tried_from_;
  MonotonicTime stepped_down_{};
};

}  // namespace hostpulse::push
