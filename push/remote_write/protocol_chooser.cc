#include "push/remote_write/protocol_chooser.h"

namespace hostpulse::push {
namespace {

std::vector<Protocol> CandidatesOf(std::string_view message, std::string_view compression) {
  if (compression == kZstd) return {Protocol::kVictoriaMetrics};
  if (message == kMessage2) return {Protocol::kRemoteWrite2};
  std::vector<Protocol> candidates;
  if (message == kAuto) candidates.push_back(Protocol::kRemoteWrite2);
  if (compression == kAuto) candidates.push_back(Protocol::kVictoriaMetrics);
  candidates.push_back(Protocol::kRemoteWrite1);
  return candidates;
}

}  // namespace

ProtocolChooser::ProtocolChooser(std::string_view message, std::string_view compression)
    : candidates_(CandidatesOf(message, compression)) {}

void ProtocolChooser::BeginBatch(MonotonicTime now) {
  if (at_ > 0 && now - stepped_down_ >= kRemembered) at_ = 0;
  tried_from_.reset();
}

bool ProtocolChooser::StepDown(bool certain, MonotonicTime now) {
  if (at_ + 1 == candidates_.size()) return false;
  if (certain) {
    tried_from_.reset();
  } else if (!tried_from_) {
    tried_from_ = at_;
  }
  ++at_;
  stepped_down_ = now;
  return true;
}

void ProtocolChooser::NoteRejected() {
  if (tried_from_) at_ = *tried_from_;
  tried_from_.reset();
}

}  // namespace hostpulse::push
