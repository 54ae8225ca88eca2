#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace hostpulse::push {

// zstd with a context and a buffer that are kept. Not thread safe.
class FrameCompressor {
 public:
  FrameCompressor();

  // The bytes as one frame, valid until the next call; empty where that is not shorter.
  std::string_view Compress(std::string_view bytes);

 private:
  struct Free {
    void operator()(ZSTD_CCtx_s* context) const;
  };
  std::unique_ptr<ZSTD_CCtx_s, Free> context_;
  std::string frame_;
};

class FrameDecompressor {
 public:
  FrameDecompressor();

  // The content of a frame, valid until the next call; nothing where it is damaged or larger than
  // `most` bytes.
  std::optional<std::string_view> Decompress(std::string_view frame, std::size_t most);

 private:
  struct Free {
    void operator()(ZSTD_DCtx_s* context) const;
  };
  std::unique_ptr<ZSTD_DCtx_s, Free> context_;
  std::string content_;
};

}  // namespace hostpulse::push
