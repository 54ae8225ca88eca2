#include "push/remote_write/protocol.h"

namespace hostpulse::push {
namespace {

// No blank after ";": Prometheus would not find "proto" behind one.
constexpr WireFormat kRemoteWrite2 = {"application/x-protobuf;proto=io.prometheus.write.v2.Request",
                                      "snappy", "X-Prometheus-Remote-Write-Version: 2.0.0"};
constexpr WireFormat kVictoriaMetrics = {"application/x-protobuf", "zstd",
                                         "X-VictoriaMetrics-Remote-Write-Version: 1"};
constexpr WireFormat kRemoteWrite1 = {"application/x-protobuf", "snappy",
                                      "X-Prometheus-Remote-Write-Version: 0.1.0"};

}  // namespace

const WireFormat& WireFormatOf(Protocol protocol) {
  switch (protocol) {
    case Protocol::kRemoteWrite2:
      return kRemoteWrite2;
    case Protocol::kVictoriaMetrics:
      return kVictoriaMetrics;
    case Protocol::kRemoteWrite1:
      break;
  }
  return kRemoteWrite1;
}

std::string_view NameOf(Protocol protocol) {
  switch (protocol) {
    case Protocol::kRemoteWrite2:
      return "remote-write-2.0";
    case Protocol::kVictoriaMetrics:
      return "victoriametrics-zstd";
    case Protocol::kRemoteWrite1:
      break;
  }
  return "remote-write-1.0";
}

}  // namespace hostpulse::push
