#include "core/gzip/gzip_writer.h"

#include <cstddef>

namespace hostpulse {

std::string_view GzipWriter::Compress(std::string_view text) {
  if (!codec_) codec_ = MakeIsalCodec();
  if (!codec_) codec_ = MakeLibdeflateCodec();
  if (!codec_) return {};
  const std::size_t bound = codec_->Bound(text.size());
  if (buffer_.size() < bound) buffer_.resize(bound);
  return std::string_view(buffer_).substr(0, codec_->Compress(text, buffer_));
}

}  // namespace hostpulse
