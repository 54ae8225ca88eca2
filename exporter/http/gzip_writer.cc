#include "exporter/http/gzip_writer.h"

#include <libdeflate.h>

#include <cstddef>

namespace hostpulse::http {

void GzipWriter::Free::operator()(libdeflate_compressor* compressor) const {
  ::libdeflate_free_compressor(compressor);
}

GzipWriter::GzipWriter(int level) : level_(level) {}

std::string_view GzipWriter::Compress(std::string_view text) {
  // Made at the first use: a server whose clients do not accept gzip never pays for it.
  if (!compressor_) compressor_.reset(::libdeflate_alloc_compressor(level_));
  if (!compressor_) return {};
  const std::size_t bound = ::libdeflate_gzip_compress_bound(compressor_.get(), text.size());
  if (buffer_.size() < bound) buffer_.resize(bound);
  const std::size_t size = ::libdeflate_gzip_compress(compressor_.get(), text.data(), text.size(),
                                                      buffer_.data(), buffer_.size());
  return std::string_view(buffer_).substr(0, size);
}

}  // namespace hostpulse::http
