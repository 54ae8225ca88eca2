#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "push/remote_write/protocol.h"

struct ZSTD_CCtx_s;

namespace hostpulse::push {

// Makes bodies of what the encoders write. Its buffers are used again. Not thread safe.
class Compressor {
 public:
  Compressor();
  ~Compressor();

  // The body in the compression of this protocol; valid until the next call.
  std::string_view Compress(std::string_view raw, Protocol protocol);

 private:
  struct ContextDeleter {
    void operator()(ZSTD_CCtx_s* context) const;
  };

  std::string_view Zstd(std::string_view raw);

  std::unique_ptr<ZSTD_CCtx_s, ContextDeleter> zstd_;  // Made when it is needed: it is large.
  std::string body_;
};

}  // namespace hostpulse::push
