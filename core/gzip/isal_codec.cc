#include "core/gzip/gzip_codec.h"

#if HOSTPULSE_ISAL
#include <isa-l/igzip_lib.h>
#endif

#include <cstdint>
#include <new>
#include <vector>

namespace hostpulse {

#if HOSTPULSE_ISAL
namespace {

class IsalCodec final : public GzipCodec {
 public:
  // What does not shrink is stored, in blocks of 64 KiB with a head of five bytes; the member adds
  // a head of ten bytes and a tail of eight.
  std::size_t Bound(std::size_t size) const override {
    constexpr std::size_t kBlock = 65535;
    return size + (size / kBlock + 1) * 5 + 10 + 8 + 8;
  }

  std::size_t Compress(std::string_view text, std::span<char> out) override {
    ::isal_deflate_stateless_init(&stream_);
    stream_.level = 1;
    stream_.level_buf = tables_.data();
    stream_.level_buf_size = static_cast<std::uint32_t>(tables_.size());
    stream_.gzip_flag = IGZIP_GZIP;
    stream_.end_of_stream = 1;
    // Not written to; the interface is C's of old.
    stream_.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
    stream_.avail_in = static_cast<std::uint32_t>(text.size());
    stream_.next_out = reinterpret_cast<std::uint8_t*>(out.data());
    stream_.avail_out = static_cast<std::uint32_t>(out.size());
    if (::isal_deflate_stateless(&stream_) != COMP_OK) return 0;
    return stream_.total_out;
  }

 private:
  isal_zstream stream_{};
  std::vector<std::uint8_t> tables_ = std::vector<std::uint8_t>(ISAL_DEF_LVL1_DEFAULT);
};

}  // namespace

std::unique_ptr<GzipCodec> MakeIsalCodec() {
  try {
    return std::make_unique<IsalCodec>();
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
#else
std::unique_ptr<GzipCodec> MakeIsalCodec() {
  return nullptr;
}
#endif

}  // namespace hostpulse
