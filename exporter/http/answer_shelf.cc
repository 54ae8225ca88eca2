#include "exporter/http/answer_shelf.h"

#include <algorithm>

namespace hostpulse::http {

std::optional<Response> AnswerShelf::Find(Exposition exposition, Encoding encoding,
                                          MonotonicTime arrived) const {
  const MutexLock lock(mutex_);
  for (const Kept& kept : kept_) {
    if (kept.exposition != exposition || kept.encoding != encoding) continue;
    if (kept.began >= arrived) return kept.response;
  }
  return std::nullopt;
}

void AnswerShelf::Put(Exposition exposition, Encoding encoding, MonotonicTime began,
                      const Response& response) {
  const MutexLock lock(mutex_);
  const auto found = std::ranges::find_if(kept_, [&](const Kept& kept) {
    return kept.exposition == exposition && kept.encoding == encoding;
  });
  if (found == kept_.end()) {
    kept_.push_back({exposition, encoding, began, response});
  } else if (found->began < began) {
    *found = {exposition, encoding, began, response};
  }
}

void AnswerShelf::Clear() {
  const MutexLock lock(mutex_);
  kept_.clear();
}

}  // namespace hostpulse::http
