#include "push/remote_write/compressor.h"

#include <snappy.h>

namespace hostpulse::push {

std::string_view Compressor::Compress(std::string_view raw, Protocol protocol) {
  if (protocol == Protocol::kVictoriaMetrics) return zstd_.Compress(raw);
  snappy::Compress(raw.data(), raw.size(), &snappy_);
  return snappy_;
}

}  // namespace hostpulse::push
