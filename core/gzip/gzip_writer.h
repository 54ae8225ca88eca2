#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/gzip/gzip_codec.h"

namespace hostpulse {

// Compresses whole texts with the fastest codec there is. Keeps the codec's tables and the buffer
// from one to the next. One thread at a time.
class GzipWriter {
 public:
  // The text as one gzip member; the view holds until the next call. Empty where memory is out.
  std::string_view Compress(std::string_view text);

 private:
  // Made at the first use: a server whose clients do not accept gzip never pays for it.
  std::unique_ptr<GzipCodec> codec_;
  std::string buffer_;
};

}  // namespace hostpulse
