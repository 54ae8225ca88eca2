#include "collectors/ntp_packet.h"

#include <algorithm>
#include <string>

namespace hostpulse::collectors {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

// Offsets of the fields.
constexpr std::size_t kStratum = 1;
constexpr std::size_t kRootDelay = 4;
constexpr std::size_t kRootDispersion = 8;
constexpr std::size_t kReferenceTime = 16;
constexpr std::size_t kOriginTime = 24;
constexpr std::size_t kReceiveTime = 32;
constexpr std::size_t kTransmitTime = 40;

constexpr unsigned kClient = 3;
constexpr unsigned kServer = 4;

constexpr int kNotSynchronised = 3;
constexpr int kMaxStratum = 16;
constexpr seconds kMaxPoll{1 << 17};
constexpr seconds kMaxDispersion{16};

std::uint64_t BigEndian(std::span<const std::byte> bytes) {
  std::uint64_t value = 0;
  for (const std::byte byte : bytes) value = value << 8 | std::to_integer<std::uint64_t>(byte);
  return value;
}

// Seconds with `bits` of fraction, rounded to nanoseconds.
nanoseconds FixedPoint(std::uint64_t value, unsigned bits) {
  const std::uint64_t fraction = value & ((std::uint64_t{1} << bits) - 1);
  const std::uint64_t half = std::uint64_t{1} << (bits - 1);
  const std::uint64_t nanos = (fraction * std::nano::den + half) >> bits;
  return seconds(value >> bits) + nanoseconds(nanos);
}

// Seconds since 1900 in 32 bits, or since 2036 where that would be before 1970.
WallTime TimeOf(std::uint64_t timestamp) {
  constexpr seconds k1970{2'208'988'800};
  constexpr seconds kEra{std::int64_t{1} << 32};
  const nanoseconds since_1900 = FixedPoint(timestamp, 32);
  return WallTime(since_1900 - k1970 + (since_1900 < k1970 ? kEra : seconds(0)));
}

Status Refuse(const char* why) {
  return {ErrorCode::kParse, std::string("the answer ") + why};
}

}  // namespace

NtpPacket MakeNtpRequest(int version, std::uint64_t cookie) {
  NtpPacket packet{};
  packet[0] = static_cast<std::byte>(static_cast<unsigned>(version) << 3 | kClient);
  for (std::size_t i = 0; i < sizeof cookie; ++i) {
    packet[kTransmitTime + i] = static_cast<std::byte>(cookie >> (56 - 8 * i));
  }
  return packet;
}

Result<NtpReply> ParseNtpReply(std::span<const std::byte> packet, std::uint64_t cookie) {
  if (packet.size() < kNtpPacketBytes) return Refuse("is too short");
  const auto word = [packet](std::size_t at) { return BigEndian(packet.subspan(at, 4)); };
  const auto time = [packet](std::size_t at) { return BigEndian(packet.subspan(at, 8)); };
  const auto flags = std::to_integer<unsigned>(packet[0]);
  if ((flags & 7) != kServer) return Refuse("is not a server's");
  if (time(kOriginTime) != cookie) return Refuse("is not to this question");
  if (time(kTransmitTime) == 0) return Refuse("has no time");

  NtpReply reply;
  reply.leap = static_cast<int>(flags >> 6);
  reply.stratum = std::to_integer<int>(packet[kStratum]);
  reply.root_delay = FixedPoint(word(kRootDelay), 16);
  reply.root_dispersion = FixedPoint(word(kRootDispersion), 16);
  if (time(kReferenceTime) != 0) reply.reference = TimeOf(time(kReferenceTime));
  reply.received = TimeOf(time(kReceiveTime));
  reply.sent = TimeOf(time(kTransmitTime));
  if (reply.received > reply.sent) return Refuse("was sent before the question came");
  return reply;
}

NtpMeasurement MeasureNtp(const NtpReply& reply, WallTime asked, WallTime answered) {
  const nanoseconds there = reply.received - asked;
  const nanoseconds back = answered - reply.sent;
  NtpMeasurement measured;
  measured.offset = (there - back) / 2;
  measured.round_trip = std::max(nanoseconds(0), there + back);
  // No packet arrives before it was sent.
  measured.error = std::max({nanoseconds(0), -there, -back});
  return measured;
}

bool IsUsable(const NtpReply& reply) {
  return reply.stratum > 0 && reply.stratum < kMaxStratum && reply.leap != kNotSynchronised &&
         reply.reference && *reply.reference <= reply.sent &&
         reply.sent - *reply.reference <= kMaxPoll &&
         reply.root_delay / 2 + reply.root_dispersion <= kMaxDispersion;
}

}  // namespace hostpulse::collectors
