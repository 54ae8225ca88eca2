#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "collectors/ntp_packet.h"

namespace hostpulse {

// The timestamp of NTP for a time since the epoch, until 2036.
inline std::uint64_t NtpTime(std::chrono::seconds since_epoch) {
  return static_cast<std::uint64_t>(since_epoch.count() + 2'208'988'800) << 32;
}

// What an NTP server answers, field by field as on the wire.
struct NtpAnswer {
  unsigned leap = 0;
  unsigned mode = 4;
  unsigned stratum = 1;
  std::uint32_t root_delay = 0;
  std::uint32_t root_dispersion = 0;
  std::uint64_t reference = 0;
  std::uint64_t origin = 0;
  std::uint64_t receive = 0;
  std::uint64_t transmit = 0;

  collectors::NtpPacket bytes() const {
    collectors::NtpPacket packet{};
    const auto put = [&packet](std::size_t at, std::uint64_t value, std::size_t size) {
      for (std::size_t i = 0; i < size; ++i) {
        packet[at + i] = static_cast<std::byte>(value >> (8 * (size - 1 - i)));
      }
    };
    put(0, leap << 6 | 4U << 3 | mode, 1);
    put(1, stratum, 1);
    put(4, root_delay, 4);
    put(8, root_dispersion, 4);
    put(16, reference, 8);
    put(24, origin, 8);
    put(32, receive, 8);
    put(40, transmit, 8);
    return packet;
  }
};

}  // namespace hostpulse
