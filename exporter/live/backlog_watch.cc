#include "exporter/live/backlog_watch.h"

#include <algorithm>

namespace hostpulse::live {

std::optional<std::chrono::seconds> BacklogWatch::EmptyIn(const std::string& destination,
                                                          std::uint64_t samples,
                                                          MonotonicTime now) {
  const Mark here{samples, now};
  const auto [found, is_new] = backlogs_.try_emplace(destination, Backlog{here, here, here});
  Backlog& backlog = found->second;
  if (is_new || now - backlog.last.at > kForgotten) {
    backlog = {here, here, here};
    return std::nullopt;
  }
  backlog.last = here;
  if (now - backlog.next.at >= kMarkAge) backlog = {backlog.next, here, here};

  const auto taken = ToSeconds(now - backlog.from.at);
  if (taken < 1 || samples == 0 || samples >= backlog.from.samples) return std::nullopt;
  const double speed = static_cast<double>(backlog.from.samples - samples) / taken;
  return std::chrono::ceil<std::chrono::seconds>(
      std::chrono::duration<double>(static_cast<double>(samples) / speed));
}

}  // namespace hostpulse::live
