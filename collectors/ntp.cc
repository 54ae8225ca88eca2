// Whether the NTP server on this host is sane, as its SNTP answer tells.

#include "collectors/ntp.h"

#include <sys/random.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "collectors/ntp_packet.h"
#include "collectors/ntp_udp.h"

namespace hostpulse::collectors {
namespace {

using std::chrono::nanoseconds;

constexpr std::string_view kServer = "collector.ntp.server";
constexpr std::string_view kPort = "collector.ntp.server-port";
constexpr std::string_view kVersion = "collector.ntp.protocol-version";
constexpr std::string_view kIsLocal = "collector.ntp.server-is-local";
constexpr std::string_view kTtl = "collector.ntp.ip-ttl";
constexpr std::string_view kMaxDistance = "collector.ntp.max-distance";
constexpr std::string_view kTolerance = "collector.ntp.local-offset-tolerance";

constexpr std::array<FlagSpec, 7> kFlags = {{
    {.name = kServer, .default_value = "127.0.0.1", .help = "NTP server to ask."},
    {.name = kPort,
     .type = FlagType::kInt,
     .default_value = "123",
     .help = "UDP port of the NTP server."},
    {.name = kVersion,
     .type = FlagType::kInt,
     .default_value = "4",
     .help = "Version of the NTP protocol."},
    {.name = kIsLocal,
     .type = FlagType::kBool,
     .default_value = "false",
     .help = "Vouches that a server with another address is local."},
    {.name = kTtl,
     .type = FlagType::kInt,
     .default_value = "1",
     .help = "Time to live of the packets sent."},
    {.name = kMaxDistance,
     .type = FlagType::kDuration,
     .default_value = "3.46608s",
     .help = "Largest accumulated distance to the root."},
    {.name = kTolerance,
     .type = FlagType::kDuration,
     .default_value = "1ms",
     .help = "Offset between clocks that is tolerated."},
}};

constexpr std::array<MetricDesc, 8> kMetrics = {{
    {"node_ntp_stratum", kGauge, "", "", "Distance of the server from its reference clock."},
    {"node_ntp_leap", kGauge, "", "",
     "Leap second to come: 0 none, 1 one more, 2 one less, 3 the server is not synchronised."},
    {"node_ntp_rtt_seconds", kGauge, "", "seconds", "Time to the server and back."},
    {"node_ntp_offset_seconds", kGauge, "", "seconds",
     "What the server's clock is ahead of the host's."},
    {"node_ntp_reference_timestamp_seconds", kGauge, "", "seconds",
     "When the server's clock was last set, since the epoch; 0 where it never was."},
    {"node_ntp_root_delay_seconds", kGauge, "", "seconds",
     "Time from the server to its reference clock and back."},
    {"node_ntp_root_dispersion_seconds", kGauge, "", "seconds",
     "Largest error of the server's clock against its reference clock."},
    {"node_ntp_sanity", kGauge, "", "bool",
     "1 while the server is synchronised, near its reference clock and agrees with the host."},
}};

std::uint64_t Random() {
  std::uint64_t bits = 0;
  // Eight bytes are always given at once; zero would do, too, but could be guessed.
  if (::getrandom(&bits, sizeof bits, GRND_NONBLOCK) != sizeof bits) bits = 0;
  return bits;
}

class NtpCollector final : public Collector {
 public:
  NtpCollector(const CollectorContext& context, std::unique_ptr<NtpExchange> exchange)
      : clock_(context.clock),
        exchange_(std::move(exchange)),
        server_(context.flags.String(kServer)),
        version_(static_cast<int>(context.flags.Int(kVersion))),
        max_distance_(context.flags.Duration(kMaxDistance)),
        tolerance_(context.flags.Duration(kTolerance)) {}

  Status Collect(MetricBatch& out) override {
    if (Status status = exchange_->Prepare(); !status) return status;
    const std::uint64_t cookie = Random();
    const NtpPacket question = MakeNtpRequest(version_, cookie);
    NtpPacket answer{};
    const WallTime asked = clock_.Now();
    const MonotonicTime start = clock_.Monotonic();
    const auto size = exchange_->Ask(question, answer);
    const WallTime answered = asked + (clock_.Monotonic() - start);
    if (!size) return size.status();
    auto reply = ParseNtpReply(std::span(answer).first(*size), cookie);
    if (!reply) return std::move(reply).status().WithContext(server_);
    Add(*reply, MeasureNtp(*reply, asked, answered), out);
    return {};
  }

 private:
  void Add(const NtpReply& reply, const NtpMeasurement& measured, MetricBatch& out) {
    out.Family(kMetrics[0]).Add(reply.stratum);
    out.Family(kMetrics[1]).Add(reply.leap);
    out.Family(kMetrics[2]).Add(ToSeconds(measured.round_trip));
    out.Family(kMetrics[3]).Add(ToSeconds(measured.offset));
    out.Family(kMetrics[4])
        .Add(reply.reference ? ToSeconds(reply.reference->time_since_epoch()) : 0);
    out.Family(kMetrics[5]).Add(ToSeconds(reply.root_delay));
    out.Family(kMetrics[6]).Add(ToSeconds(reply.root_dispersion));
    out.Family(kMetrics[7]).Add(IsSane(reply, measured) ? 1 : 0);
  }

  bool IsSane(const NtpReply& reply, const NtpMeasurement& measured) {
    const nanoseconds distance =
        (measured.round_trip + reply.root_delay) / 2 + reply.root_dispersion;
    return IsUsable(reply) && distance <= max_distance_ && measured.error <= Tolerance(reply);
  }

  // A server may spread a leap second over the day around it. It announces one until midnight only.
  nanoseconds Tolerance(const NtpReply& reply) {
    using std::chrono::days;
    if (reply.leap == 1 || reply.leap == 2) {
      leap_midnight_ = std::chrono::floor<days>(reply.sent) + days(1);
    }
    const bool smears = leap_midnight_ && *leap_midnight_ - days(1) < reply.sent &&
                        reply.sent < *leap_midnight_ + days(1);
    return smears ? tolerance_ + std::chrono::seconds(1) : tolerance_;
  }

  const Clock& clock_;
  const std::unique_ptr<NtpExchange> exchange_;
  const std::string server_;
  const int version_;
  const nanoseconds max_distance_;
  const nanoseconds tolerance_;
  std::optional<WallTime> leap_midnight_;  // Of the last leap second announced.
};

Status Invalid(std::string_view flag, std::string_view rule) {
  return {ErrorCode::kInvalid, std::string("--").append(flag).append(": ").append(rule)};
}

Status CheckFlags(const FlagValues& flags) {
  const std::int64_t port = flags.Int(kPort);
  const std::int64_t version = flags.Int(kVersion);
  const std::int64_t ttl = flags.Int(kTtl);
  if (!flags.Bool(kIsLocal) && !IsLoopbackAddress(flags.String(kServer))) {
    return Invalid(kServer, "must be a loopback address, unless --collector.ntp.server-is-local");
  }
  if (port < 1 || port > 65535) return Invalid(kPort, "must be from 1 to 65535");
  if (version < 2 || version > 4) return Invalid(kVersion, "must be 2, 3 or 4");
  if (ttl < 0 || ttl > 255) return Invalid(kTtl, "must be from 0 to 255");
  return {};
}

Result<std::unique_ptr<Collector>> Make(const CollectorContext& context) {
  if (Status status = CheckFlags(context.flags); !status) return status;
  return MakeNtp(context, MakeNtpUdp(context.flags.String(kServer),
                                     static_cast<std::uint16_t>(context.flags.Int(kPort)),
                                     static_cast<int>(context.flags.Int(kTtl))));
}

}  // namespace

Result<std::unique_ptr<Collector>> MakeNtp(const CollectorContext& context,
                                           std::unique_ptr<NtpExchange> exchange) {
  if (Status status = CheckFlags(context.flags); !status) return status;
  context.log.Warn("the ntp collector is deprecated: node_exporter will remove it");
  return std::unique_ptr<Collector>(std::make_unique<NtpCollector>(context, std::move(exchange)));
}

extern constinit const CollectorSpec kNtpCollector = {
    .name = "ntp",
    .on_by_default = false,
    .may_block = true,
    .help = "Whether a local NTP daemon is sane (deprecated).",
    .make = Make,
    .flags = kFlags,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
