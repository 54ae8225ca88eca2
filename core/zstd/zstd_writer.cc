#include "core/zstd/zstd_writer.h"

#include <zstd.h>

#include <new>

namespace hostpulse {

void ZstdWriter::Free::operator()(ZSTD_CCtx_s* context) const {
  ZSTD_freeCCtx(context);
}

std::string_view ZstdWriter::Compress(std::string_view text) {
  if (context_ == nullptr) context_.reset(ZSTD_createCCtx());
  if (context_ == nullptr) throw std::bad_alloc();
  const std::size_t bound = ZSTD_compressBound(text.size());
  if (frame_.size() < bound) frame_.resize(bound);
  const std::size_t size = ZSTD_compressCCtx(context_.get(), frame_.data(), frame_.size(),
                                             text.data(), text.size(), level_);
  // With room for the worst case, what is left to fail is memory.
  if (ZSTD_isError(size) != 0) throw std::bad_alloc();
  return std::string_view(frame_).substr(0, size);
}

}  // namespace hostpulse
