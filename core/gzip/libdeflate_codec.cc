#include <libdeflate.h>

#include "core/gzip/gzip_codec.h"

namespace hostpulse {
namespace {

struct Free {
  void operator()(libdeflate_compressor* compressor) const {
    ::libdeflate_free_compressor(compressor);
  }
};
using Compressor = std::unique_ptr<libdeflate_compressor, Free>;

class LibdeflateCodec final : public GzipCodec {
 public:
  explicit LibdeflateCodec(Compressor compressor) : compressor_(std::move(compressor)) {}

  std::size_t Bound(std::size_t size) const override {
    return ::libdeflate_gzip_compress_bound(compressor_.get(), size);
  }

  std::size_t Compress(std::string_view text, std::span<char> out) override {
    return ::libdeflate_gzip_compress(compressor_.get(), text.data(), text.size(), out.data(),
                                      out.size());
  }

 private:
  const Compressor compressor_;
};

}  // namespace

std::unique_ptr<GzipCodec> MakeLibdeflateCodec() {
  Compressor compressor(::libdeflate_alloc_compressor(1));
  if (!compressor) return nullptr;
  return std::make_unique<LibdeflateCodec>(std::move(compressor));
}

}  // namespace hostpulse
