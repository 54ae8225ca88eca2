#pragma once

#include <string_view>

namespace hostpulse::push {

// What a request is made of, the leanest first.
enum class Protocol {
  kRemoteWrite2,     // io.prometheus.write.v2.Request in the block format of Snappy.
  kVictoriaMetrics,  // prometheus.WriteRequest in one frame of Zstandard.
  kRemoteWrite1,     // prometheus.WriteRequest in the block format of Snappy.
};

// The headers that say what a body is.
struct WireFormat {
  std::string_view content_type;
  std::string_view content_encoding;
  std::string_view version_header;
};
const WireFormat& WireFormatOf(Protocol protocol);

// For people and labels: "remote-write-2.0", "victoriametrics-zstd", "remote-write-1.0".
std::string_view NameOf(Protocol protocol);

// What `protobuf_message` and `compression` of a destination may say.
inline constexpr std::string_view kAuto = "auto";
inline constexpr std::string_view kMessage1 = "prometheus.WriteRequest";
inline constexpr std::string_view kMessage2 = "io.prometheus.write.v2.Request";
inline constexpr std::string_view kSnappy = "snappy";
inline constexpr std::string_view kZstd = "zstd";

}  // namespace hostpulse::push
