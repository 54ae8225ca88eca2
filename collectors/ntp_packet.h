#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "core/clock.h"
#include "core/result.h"

namespace hostpulse::collectors {

inline constexpr std::size_t kNtpPacketBytes = 48;  // Without extensions (RFC 5905, section 7.3).
using NtpPacket = std::array<std::byte, kNtpPacketBytes>;

// A question of a client. `cookie` stands in the place of its time, so that the answer, which
// repeats it, can be told from one that somebody else made up.
NtpPacket MakeNtpRequest(int version, std::uint64_t cookie);

// What a server says of itself and its time.
struct NtpReply {
  int leap = 0;  // 0 none, 1 and 2 a second will be inserted or left out, 3 not synchronised.
  int stratum = 0;
  std::chrono::nanoseconds root_delay{};
  std::chrono::nanoseconds root_dispersion{};
  std::optional<WallTime> reference;  // When its clock was last set; not set: never.
  WallTime received;                  // When it had the question, by its clock.
  WallTime sent;                      // When it answered.
};

// Errors: kParse for what is too short, no answer of a server, not to this question, or without a
// time that makes sense.
Result<NtpReply> ParseNtpReply(std::span<const std::byte> packet, std::uint64_t cookie);

// What question and answer tell of the two clocks (RFC 5905, section 8).
struct NtpMeasurement {
  std::chrono::nanoseconds offset{};  // Of the server's clock from ours.
  std::chrono::nanoseconds round_trip{};
  std::chrono::nanoseconds error{};  // By which one clock must be wrong at least.
};

// `asked` and `answered` are our times of sending the question and of having the answer.
NtpMeasurement MeasureNtp(const NtpReply& reply, WallTime asked, WallTime answered);

// Whether a client may set its clock by this answer: synchronised, fresh and near enough to the
// root.
bool IsUsable(const NtpReply& reply);

}  // namespace hostpulse::collectors
