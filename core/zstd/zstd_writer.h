#pragma once

#include <memory>
#include <string>
#include <string_view>

struct ZSTD_CCtx_s;

namespace hostpulse {

// Compresses whole texts with Zstandard (RFC 8878). Keeps the context and the buffer from one to
// the next. One thread at a time.
class ZstdWriter {
 public:
  // `level`: zstd's, 1 for the fastest.
  explicit ZstdWriter(int level) : level_(level) {}

  // The text as one frame; the view holds until the next call.
  // Errors: throws std::bad_alloc where memory is out.
  std::string_view Compress(std::string_view text);

 private:
  struct Free {
    void operator()(ZSTD_CCtx_s* context) const;
  };

  const int level_;
  std::unique_ptr<ZSTD_CCtx_s, Free> context_;  // Made when it is needed: it is large.
  std::string frame_;
};

}  // namespace hostpulse
