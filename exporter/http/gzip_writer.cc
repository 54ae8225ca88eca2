#include "exporter/http/gzip_writer.h"

#include <zlib.h>

namespace hostpulse::http {
namespace {

constexpr int kGzipWindowBits = 15 + 16;  // zlib's way of asking for gzip's header.
constexpr int kMemoryLevel = 8;           // zlib's default.

}  // namespace

GzipWriter::GzipWriter(int level) : level_(level) {}

GzipWriter::~GzipWriter() {
  if (ready_) ::deflateEnd(stream_.get());
}

bool GzipWriter::Prepare() {
  if (ready_) return ::deflateReset(stream_.get()) == Z_OK;
  stream_ = std::make_unique<z_stream>();
  ready_ = ::deflateInit2(stream_.get(), level_, Z_DEFLATED, kGzipWindowBits, kMemoryLevel,
                          Z_DEFAULT_STRATEGY) == Z_OK;
  return ready_;
}

std::string_view GzipWriter::Compress(std::string_view text) {
  if (!Prepare()) return {};
  const std::size_t bound = ::deflateBound(stream_.get(), text.size());
  if (buffer_.size() < bound) buffer_.resize(bound);
  stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream_->avail_in = static_cast<uInt>(text.size());
  stream_->next_out = reinterpret_cast<Bytef*>(buffer_.data());
  stream_->avail_out = static_cast<uInt>(buffer_.size());
  if (::deflate(stream_.get(), Z_FINISH) != Z_STREAM_END) return {};
  return std::string_view(buffer_).substr(0, buffer_.size() - stream_->avail_out);
}

}  // namespace hostpulse::http
