#pragma once

#include <string>
#include <string_view>

#include "core/zstd/zstd_writer.h"
#include "push/remote_write/protocol.h"

namespace hostpulse::push {

// Makes bodies of what the encoders write. Its buffers are used again. Not thread safe.
class Compressor {
 public:
  // The body in the compression of this protocol; valid until the next call.
  // Errors: throws std::bad_alloc where memory is out.
  std::string_view Compress(std::string_view raw, Protocol protocol);

 private:
  static constexpr int kZstdLevel = 3;

  ZstdWriter zstd_{kZstdLevel};
  std::string snappy_;
};

}  // namespace hostpulse::push
