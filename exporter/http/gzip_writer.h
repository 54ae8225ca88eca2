#pragma once

#include <memory>
#include <string>
#include <string_view>

struct libdeflate_compressor;

namespace hostpulse::http {

// Compresses whole texts. Keeps the compressor's tables and the buffer from one to the next.
// One thread at a time.
class GzipWriter {
 public:
  explicit GzipWriter(int level);  // 1 (fast) to 9.

  // The text as one gzip member; the view holds until the next call. Empty where memory is out.
  std::string_view Compress(std::string_view text);

 private:
  struct Free {
    void operator()(libdeflate_compressor* compressor) const;
  };

  const int level_;
  std::unique_ptr<libdeflate_compressor, Free> compressor_;
  std::string buffer_;
};

}  // namespace hostpulse::http
