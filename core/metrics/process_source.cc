#include "core/metrics/process_source.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>

namespace hostpulse {
namespace {

constexpr std::array<MetricDesc, 9> kDescs = {{
    {"process_cpu_seconds_total", kCounter, "", "seconds",
     "CPU time that this process has used in user and system mode."},
    {"process_max_fds", kGauge, "", "", "File descriptors that this process may have open."},
    {"process_network_receive_bytes_total", kCounter, "", "bytes",
     "IP bytes received in the network namespace of this process."},
    {"process_network_transmit_bytes_total", kCounter, "", "bytes",
     "IP bytes sent in the network namespace of this process."},
    {"process_open_fds", kGauge, "", "", "File descriptors that this process has open."},
    {"process_resident_memory_bytes", kGauge, "", "bytes", "Resident memory of this process."},
    {"process_start_time_seconds", kGauge, "", "seconds",
     "When this process started, in seconds since the epoch."},
    {"process_virtual_memory_bytes", kGauge, "", "bytes", "Virtual memory of this process."},
    {"process_virtual_memory_max_bytes", kGauge, "", "bytes",
     "Virtual memory that this process may have."},
}};
enum : std::size_t {
  kCpu,
  kMaxFds,
  kReceived,
  kSent,
  kOpenFds,
  kResident,
  kStart,
  kVirtual,
  kMaxVirtual
};

UniqueFd Open(const std::string& path, int flags = 0) {
  return UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | flags));
}

// Takes the next field off a text of fields with one space between them.
std::string_view TakeField(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_of(" \n"), text.size());
  const std::string_view field = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return field;
}

std::optional<std::uint64_t> Number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

double Seconds(std::uint64_t ticks) {
  constexpr double kTicksPerSecond = 100;  // USER_HZ, fixed in the kernel's interface.
  return static_cast<double>(ticks) / kTicksPerSecond;
}

std::uint64_t BootTime(const std::string& procfs) {
  const UniqueFd fd = Open(procfs + "/stat");
  std::string text;
  std::array<char, 4096> chunk;
  for (ssize_t got = 0; (got = ::read(fd.get(), chunk.data(), chunk.size())) > 0;) {
    text.append(chunk.data(), static_cast<std::size_t>(got));
  }
  const std::size_t at = text.find("\nbtime ");
  if (at == text.npos) return 0;
  std::string_view rest = std::string_view(text).substr(at + 7);
  return Number(TakeField(rest)).value_or(0);
}

double Limit(decltype(RLIMIT_AS) resource) {
  rlimit limit{};
  ::getrlimit(resource, &limit);
  return static_cast<double>(limit.rlim_cur);
}

}  // namespace

std::optional<ProcessStat> ParseProcessStat(std::string_view line) {
  const std::size_t end = line.rfind(')');
  if (end == line.npos) return std::nullopt;
  line.remove_prefix(std::min(end + 2, line.size()));
  std::array<std::optional<std::uint64_t>, 25> field;  // As proc(5) counts; the state is the third.
  for (std::size_t i = 3; i < field.size(); ++i) field[i] = Number(TakeField(line));
  if (!field[14] || !field[15] || !field[22] || !field[23] || !field[24]) return std::nullopt;
  return ProcessStat{*field[14] + *field[15], *field[22], *field[23], *field[24]};
}

std::string_view NetstatValue(std::string_view text, std::string_view prefix,
                              std::string_view column) {
  const std::size_t heading_at = text.find(prefix);
  if (heading_at == text.npos) return {};
  text.remove_prefix(heading_at);
  const std::size_t line_end = std::min(text.find('\n'), text.size());
  std::string_view heading = text.substr(0, line_end);
  std::string_view values = text.substr(std::min(line_end + 1, text.size()));
  values = values.substr(0, values.find('\n'));
  while (!heading.empty() && !values.empty()) {
    const std::string_view name = TakeField(heading);
    const std::string_view value = TakeField(values);
    if (name == column) return value;
  }
  return {};
}

std::span<const MetricDesc> ProcessSource::Descs() {
  return kDescs;
}

ProcessSource::ProcessSource(const std::string& procfs, std::shared_ptr<RecentText> netstat)
    : stat_(Open(procfs + "/self/stat")),
      descriptors_(Open(procfs + "/self/fd", O_DIRECTORY)),
      netstat_(Open(procfs + "/self/net/netstat")),
      netstat_text_(std::move(netstat)),
      boot_time_(static_cast<double>(BootTime(procfs))),
      buffer_(4096, '\0') {}

std::string_view ProcessSource::Read(const UniqueFd& fd) {
  std::size_t size = 0;
  while (true) {
    if (size == buffer_.size()) buffer_.resize(buffer_.size() * 2);
    const ssize_t got =
        ::pread(fd.get(), buffer_.data() + size, buffer_.size() - size, static_cast<off_t>(size));
    if (got < 0) return {};
    size += static_cast<std::size_t>(got);
    // Files that the kernel opens by single_open(): what leaves room is all there is.
    if (size < buffer_.size()) return std::string_view(buffer_).substr(0, size);
  }
}

void ProcessSource::Add(std::size_t which, double value) {
  batch_.Family(kDescs[which]).Add(value);
}

void ProcessSource::AddStat() {
  const auto stat = ParseProcessStat(Read(stat_));
  if (!stat) return;
  const auto page_bytes = static_cast<double>(::sysconf(_SC_PAGESIZE));
  Add(kCpu, Seconds(stat->cpu_ticks));
  if (boot_time_ > 0) Add(kStart, boot_time_ + Seconds(stat->start_ticks));
  Add(kVirtual, static_cast<double>(stat->virtual_bytes));
  Add(kResident, static_cast<double>(stat->resident_pages) * page_bytes);
}

void ProcessSource::AddLimits() {
  Add(kMaxFds, Limit(RLIMIT_NOFILE));
  Add(kMaxVirtual, Limit(RLIMIT_AS));
}

std::size_t ProcessSource::CountDescriptors() {
  constexpr std::size_t kLengthOffset = 16;  // Of d_reclen in struct linux_dirent64.
  std::size_t entries = 0;
  if (::lseek(descriptors_.get(), 0, SEEK_SET) != 0) return 0;
  for (long got = 0;
       (got = ::syscall(SYS_getdents64, descriptors_.get(), buffer_.data(), buffer_.size())) > 0;) {
    for (std::size_t at = 0; at < static_cast<std::size_t>(got); ++entries) {
      std::uint16_t length = 0;
      std::memcpy(&length, buffer_.data() + at + kLengthOffset, sizeof(length));
      at += length;
    }
  }
  constexpr std::size_t kDots = 2;
  return entries > kDots ? entries - kDots : 0;
}

void ProcessSource::AddDescriptors() {
  // Since Linux 6.2 the size of the directory is the number of descriptors, and a hundredth of the
  // work; whether this kernel is one of those is found out by counting both ways once.
  struct stat status {};
  const bool sized = ::fstat(descriptors_.get(), &status) == 0 && status.st_size > 0;
  const auto size = static_cast<std::size_t>(sized ? status.st_size : 0);
  const std::size_t count = size_is_count_.value_or(false) ? size : CountDescriptors();
  if (!size_is_count_) size_is_count_ = sized && size == count;
  if (count > 0) Add(kOpenFds, static_cast<double>(count));
}

void ProcessSource::AddNetwork() {
  struct Column {
    std::size_t which;
    std::string_view name;
  };
  const std::string_view text = Read(netstat_);
  if (netstat_text_) netstat_text_->Note(text, std::chrono::steady_clock::now());
  for (const Column& column : {Column{kReceived, "InOctets"}, Column{kSent, "OutOctets"}}) {
    const auto bytes = Number(NetstatValue(text, "IpExt:", column.name));
    if (bytes) Add(column.which, static_cast<double>(*bytes));
  }
}

Status ProcessSource::Gather(const GatherFilter& /*filter*/, FamilyVisitor visit) {
  const MutexLock lock(mutex_);
  batch_.Begin();
  AddStat();
  AddLimits();
  AddDescriptors();
  AddNetwork();
  batch_.Finish();
  visit(batch_.families());
  return {};
}

}  // namespace hostpulse
