#include "push/queue/zstd_frame.h"

#include <zstd.h>

#include <new>

namespace hostpulse::push {
namespace {

constexpr int kLevel = 3;

void Grow(std::string& buffer, std::size_t size) {
  if (buffer.size() < size) buffer.resize(size);
}

}  // namespace

void FrameCompressor::Free::operator()(ZSTD_CCtx_s* context) const {
  ZSTD_freeCCtx(context);
}

FrameCompressor::FrameCompressor() : context_(ZSTD_createCCtx()) {
  if (context_ == nullptr) throw std::bad_alloc();
  ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, kLevel);
}

std::string_view FrameCompressor::Compress(std::string_view bytes) {
  Grow(frame_, ZSTD_compressBound(bytes.size()));
  const std::size_t size =
      ZSTD_compress2(context_.get(), frame_.data(), frame_.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(size) != 0 || size >= bytes.size()) return {};
  return std::string_view(frame_).substr(0, size);
}

void FrameDecompressor::Free::operator()(ZSTD_DCtx_s* context) const {
  ZSTD_freeDCtx(context);
}

FrameDecompressor::FrameDecompressor() : context_(ZSTD_createDCtx()) {
  if (context_ == nullptr) throw std::bad_alloc();
}

std::optional<std::string_view> FrameDecompressor::Decompress(std::string_view frame,
                                                              std::size_t most) {
  const unsigned long long size = ZSTD_getFrameContentSize(frame.data(), frame.size());
  // The two that say "unknown" and "damaged" are the highest numbers there are.
  if (size > most) return std::nullopt;
  Grow(content_, size);
  const std::size_t got = ZSTD_decompressDCtx(context_.get(), content_.data(), content_.size(),
                                              frame.data(), frame.size());
  if (ZSTD_isError(got) != 0 || got != size) return std::nullopt;
  return std::string_view(content_).substr(0, got);
}

}  // namespace hostpulse::push
