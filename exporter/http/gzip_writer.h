#pragma once

#include <memory>
#include <string>
#include <string_view>

struct z_stream_s;

namespace hostpulse::http {

// Compresses whole texts. Keeps zlib's state (about 256 KiB) and its buffer from one to the next.
// One thread at a time.
class GzipWriter {
 public:
  explicit GzipWriter(int level);  // 1 (fast) to 9.
  ~GzipWriter();
  GzipWriter(const GzipWriter&) = delete;
  GzipWriter& operator=(const GzipWriter&) = delete;

  // The text as one gzip member; the view holds until the next call. Empty where memory is out.
  std::string_view Compress(std::string_view text);

 private:
  bool Prepare();

  const int level_;
  std::unique_ptr<z_stream_s> stream_;
  bool ready_ = false;
  std::string buffer_;
};

}  // namespace hostpulse::http
