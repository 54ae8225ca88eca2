#include "push/remote_write/compressor.h"

#include <snappy.h>
#include <zstd.h>

#include <new>

namespace hostpulse::push {
namespace {

constexpr int kLevel = 3;

}  // namespace

void Compressor::ContextDeleter::operator()(ZSTD_CCtx_s* context) const {
  ZSTD_freeCCtx(context);
}

Compressor::Compressor() = default;
Compressor::~Compressor() = default;

std::string_view Compressor::Compress(std::string_view raw, Protocol protocol) {
  if (protocol == Protocol::kVictoriaMetrics) return Zstd(raw);
  snappy::Compress(raw.data(), raw.size(), &body_);
  return body_;
}

std::string_view Compressor::Zstd(std::string_view raw) {
  if (zstd_ == nullptr) zstd_.reset(ZSTD_createCCtx());
  if (zstd_ == nullptr) throw std::bad_alloc();
  body_.resize(ZSTD_compressBound(raw.size()));
  const std::size_t size =
      ZSTD_compressCCtx(zstd_.get(), body_.data(), body_.size(), raw.data(), raw.size(), kLevel);
  // With room for the worst case, what is left to fail is memory.
  if (ZSTD_isError(size) != 0) throw std::bad_alloc();
  return std::string_view(body_).substr(0, size);
}

}  // namespace hostpulse::push
