#include "collectors/cpu_times.h"

#include <algorithm>

namespace hostpulse::collectors {
namespace {

// The fields of a CPU's line in /proc/stat.
constexpr std::array<std::string_view, 8> kModes = {"user",   "nice", "system",  "idle",
                                                    "iowait", "irq",  "softirq", "steal"};
constexpr std::size_t kIdle = 3;
constexpr std::size_t kGuest = 8;
constexpr std::size_t kGuestNice = 9;

// USER_HZ, which is 100 on every architecture that Linux still has.
constexpr double kTicksPerSecond = 100;
constexpr std::uint64_t kHotplugTicks = 300;

double Seconds(std::uint64_t ticks) {
  return static_cast<double>(ticks) / kTicksPerSecond;
}

}  // namespace

CpuTimes::CpuTimes(const CollectorContext& context, bool with_guest)
    : file_(context.paths.Proc("stat"), context.descriptors, kernel::FileKind::kSingle),
      with_guest_(with_guest) {}

Status CpuTimes::Collect(MetricBatch& out) {
  const auto text = file_.Read();
  if (!text) return text.status();
  if (Status status = Parse(*text); !status) return status;

  FamilyBuilder& seconds = out.Family(kCpuSeconds);
  for (const Cpu& cpu : cpus_) {
    for (std::size_t i = 0; i < std::min(cpu.fields, kModes.size()); ++i) {
      seconds.Add({{"cpu", cpu.number}, {"mode", kModes[i]}}, Seconds(cpu.ticks[i]));
    }
  }
  if (!with_guest_) return {};
  FamilyBuilder& guest = out.Family(kCpuGuestSeconds);
  for (const Cpu& cpu : cpus_) {
    if (cpu.fields <= kGuestNice) continue;
    guest.Add({{"cpu", cpu.number}, {"mode", "user"}}, Seconds(cpu.ticks[kGuest]));
    guest.Add({{"cpu", cpu.number}, {"mode", "nice"}}, Seconds(cpu.ticks[kGuestNice]));
  }
  return {};
}

Status CpuTimes::Parse(std::string_view text) {
  std::size_t count = 0;
  kernel::LineScanner lines(text);
  for (std::string_view line; lines.Next(line) && line.starts_with("cpu");) {
    kernel::FieldScanner fields(line);
    const std::string_view number = fields.Next().substr(3);
    if (number.empty()) continue;  // The sum of all CPUs.
    if (!kernel::ParseNumber<std::uint32_t>(number) || !Update(At(count++, number), fields)) {
      return kernel::ParseError(file_.path(), "CPU times", line);
    }
  }
  cpus_.resize(count);
  if (count == 0) return {ErrorCode::kParse, file_.path() + ": no line of a CPU"};
  return {};
}

CpuTimes::Cpu& CpuTimes::At(std::size_t index, std::string_view number) {
  const auto place = cpus_.begin() + static_cast<std::ptrdiff_t>(index);
  const auto found =
      std::find_if(place, cpus_.end(), [&](const Cpu& cpu) { return cpu.number == number; });
  if (found == cpus_.end()) return *cpus_.insert(place, Cpu{std::string(number)});
  return *cpus_.erase(place, found);
}

bool CpuTimes::Update(Cpu& cpu, kernel::FieldScanner fields) {
  std::array<std::uint64_t, kFields> now{};
  std::size_t count = 0;
  for (; count < kFields; ++count) {
    const std::string_view field = fields.Next();
    if (field.empty()) break;
    const auto ticks = kernel::ParseNumber<std::uint64_t>(field);
    if (!ticks) return false;
    now[count] = *ticks;
  }
  if (count == 0) return false;
  // A CPU that was taken out and put back starts from zero; lesser jumps are the kernel's
  // inaccuracy, which must not look like a reset of the counter.
  const bool returned = cpu.ticks[kIdle] >= now[kIdle] + kHotplugTicks;
  if (returned) cpu.ticks = {};
  for (std::size_t i = 0; i < count; ++i) cpu.ticks[i] = std::max(cpu.ticks[i], now[i]);
  cpu.fields = count;
  return true;
}

}  // namespace hostpulse::collectors
