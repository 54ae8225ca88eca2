#pragma once

#include "push/transport/transport_options.h"

namespace hostpulse::push {

// `push.gateway`, for jobs that end before anybody scrapes them.
struct GatewayOptions {
  TransportOptions transport;
  bool keep = false;  // The group stays when hostpulse ends.

  bool operator==(const GatewayOptions&) const = default;
};

}  // namespace hostpulse::push
