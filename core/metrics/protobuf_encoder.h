#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/metrics/metric_source.h"

namespace hostpulse {

inline constexpr std::string_view kProtobufContentType =
    "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited; "
    "escaping=underscores";

// Writes families in Prometheus' protobuf exposition format to `out`, over what was there: one
// io.prometheus.client.MetricFamily after another, each behind its length as a varint.
void EncodeProtobuf(std::span<const FamilyView> families, std::string& out);

}  // namespace hostpulse
