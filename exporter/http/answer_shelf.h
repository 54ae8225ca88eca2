#pragma once

#include <optional>
#include <vector>

#include "core/clock.h"
#include "core/mutex.h"
#include "exporter/http/http_message.h"
#include "exporter/http/negotiation.h"

namespace hostpulse::http {

// The newest answer of each form while there are more scrapes than one: whoever asked before its
// collection began may have it as well, and need not wait for a collection, its encoding and its
// compression of their own. From here nobody gets samples that are older than their request. Thread
// safe.
class AnswerShelf {
 public:
  // Nothing where there is none that began at `arrived` or later.
  std::optional<Response> Find(Exposition exposition, Encoding encoding,
                               MonotonicTime arrived) const HOSTPULSE_EXCLUDES(mutex_);
  void Put(Exposition exposition, Encoding encoding, MonotonicTime began, const Response& response)
      HOSTPULSE_EXCLUDES(mutex_);
  void Clear() HOSTPULSE_EXCLUDES(mutex_);

 private:
  struct Kept {
    Exposition exposition;
    Encoding encoding;
    MonotonicTime began;
    Response response;
  };

  mutable Mutex mutex_;
  std::vector<Kept> kept_ HOSTPULSE_GUARDED_BY(mutex_);
};

}  // namespace hostpulse::http
