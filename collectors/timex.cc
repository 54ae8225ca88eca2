// The kernel's clock discipline, read with adjtimex(2).

#include "collectors/timex.h"

#include <array>
#include <cerrno>

namespace hostpulse::collectors {
namespace {

constexpr double kMicro = 1e6;
constexpr double kNano = 1e9;
// The kernel keeps frequencies in parts per million with 16 bits of fraction.
constexpr double kPpm16 = 1e6 * 65536;

enum Scale { kRaw, kMicros, kClock, kPpm };

struct Field {
  MetricDesc desc;
  double (*read)(const timex&);
  Scale scale;
};

template <auto kMember>
double Get(const timex& clock) {
  return static_cast<double>(clock.*kMember);
}

constexpr std::array<Field, 15> kFields = {{
    {{"node_timex_estimated_error_seconds", kGauge, "", "seconds",
      "Error of the clock as the time daemon estimates it."},
     Get<&timex::esterror>,
     kMicros},
    {{"node_timex_loop_time_constant", kGauge, "", "", "Time constant of the phase-locked loop."},
     Get<&timex::constant>,
     kRaw},
    {{"node_timex_maxerror_seconds", kGauge, "", "seconds", "Largest error the clock may have."},
     Get<&timex::maxerror>,
     kMicros},
    {{"node_timex_offset_seconds", kGauge, "", "seconds",
      "Offset from the reference clock that is still to be corrected."},
     Get<&timex::offset>,
     kClock},
    {{"node_timex_pps_calibration_total", kCounter, "", "",
      "Calibration intervals of the pulse-per-second signal."},
     Get<&timex::calcnt>,
     kRaw},
    {{"node_timex_pps_error_total", kCounter, "", "",
      "Calibration errors of the pulse-per-second signal."},
     Get<&timex::errcnt>,
     kRaw},
    {{"node_timex_pps_frequency_hertz", kGauge, "", "hertz",
      "Frequency of the pulse-per-second signal."},
     Get<&timex::ppsfreq>,
     kPpm},
    {{"node_timex_pps_jitter_seconds", kGauge, "", "seconds",
      "Jitter of the pulse-per-second signal."},
     Get<&timex::jitter>,
     kClock},
    {{"node_timex_pps_jitter_total", kCounter, "", "",
      "Times the jitter of the pulse-per-second signal was above its limit."},
     Get<&timex::jitcnt>,
     kRaw},
    {{"node_timex_pps_shift_seconds", kGauge, "", "seconds",
      "Length of the pulse-per-second interval, as the kernel gives it (a power of two)."},
     Get<&timex::shift>,
     kRaw},
    {{"node_timex_pps_stability_exceeded_total", kCounter, "", "",
      "Times the wander of the pulse-per-second signal was above its limit."},
     Get<&timex::stbcnt>,
     kRaw},
    {{"node_timex_pps_stability_hertz", kGauge, "", "hertz",
      "Wander of the pulse-per-second frequency, averaged."},
     Get<&timex::stabil>,
     kPpm},
    {{"node_timex_status", kGauge, "", "", "Bits of the clock's state (STA_* of adjtimex(2))."},
     Get<&timex::status>,
     kRaw},
    {{"node_timex_tai_offset_seconds", kGauge, "", "seconds",
      "International Atomic Time minus UTC."},
     Get<&timex::tai>,
     kRaw},
    {{"node_timex_tick_seconds", kGauge, "", "seconds", "Time that one clock tick adds."},
     Get<&timex::tick>,
     kMicros},
}};

constexpr MetricDesc kFrequency = {"node_timex_frequency_adjustment_ratio", kGauge, "", "ratio",
                                   "Speed of the clock after its adjustment, 1 being nominal."};
constexpr MetricDesc kSync = {"node_timex_sync_status", kGauge, "", "bool",
                              "1 while the clock is synchronized to a reference, else 0."};

constexpr auto kMetrics = [] {
  std::array<MetricDesc, kFields.size() + 2> all{};
  for (std::size_t i = 0; i < kFields.size(); ++i) all[i] = kFields[i].desc;
  all[kFields.size()] = kFrequency;
  all[kFields.size() + 1] = kSync;
  return all;
}();

double Divisor(Scale scale, bool nanoseconds) {
  switch (scale) {
    case kMicros:
      return kMicro;
    case kClock:
      return nanoseconds ? kNano : kMicro;
    case kPpm:
      return kPpm16;
    case kRaw:
      break;
  }
  return 1;
}

class TimexCollector final : public Collector {
 public:
  explicit TimexCollector(AdjtimexFunction read) : read_(read) {}

  Status Collect(MetricBatch& out) override {
    timex clock{};  // modes 0: only reads.
    const int state = read_(&clock);
    if (state < 0) return kernel::ErrnoStatus("adjtimex", "call", errno);

    const bool nanoseconds = (clock.status & STA_NANO) != 0;
    for (const Field& field : kFields) {
      out.Family(field.desc).Add(field.read(clock) / Divisor(field.scale, nanoseconds));
    }
    out.Family(kFrequency).Add(1 + static_cast<double>(clock.freq) / kPpm16);
    out.Family(kSync).Add(state == TIME_ERROR ? 0 : 1);
    return {};
  }

 private:
  AdjtimexFunction read_;
};

Result<std::unique_ptr<Collector>> Make(const CollectorContext&) {
  return MakeTimex(::adjtimex);
}

}  // namespace

std::unique_ptr<Collector> MakeTimex(AdjtimexFunction read) {
  return std::make_unique<TimexCollector>(read);
}

extern constinit const CollectorSpec kTimexCollector = {
    .name = "timex",
    .help = "State of the kernel's clock discipline (adjtimex(2)).",
    .make = Make,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
