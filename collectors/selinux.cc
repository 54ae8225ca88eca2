// Mode of SELinux, from selinuxfs and /etc/selinux/config.

#include <fcntl.h>

#include <array>
#include <cerrno>
#include <string>
#include <string_view>

#include "collectors/collector.h"
#include "collectors/kernel/scanner.h"
#include "collectors/regular_file.h"

namespace hostpulse::collectors {
namespace {

constexpr std::array<MetricDesc, 3> kMetrics = {{
    {"node_selinux_enabled", kGauge, "", "bool", "1 where SELinux is in use, else 0."},
    {"node_selinux_config_mode", kGauge, "", "",
     "Mode that /etc/selinux/config asks for: 1 enforcing, 0 permissive, -1 disabled."},
    {"node_selinux_current_mode", kGauge, "", "",
     "Mode that the kernel is in: 1 enforcing, 0 permissive."},
}};
enum Metric { kEnabled, kConfigMode, kCurrentMode };

constexpr std::size_t kMaxConfigBytes = 65'536;

// The mode that a configuration asks for. The first SELINUX= counts; another word or none means
// disabled.
int ModeIn(std::string_view config) {
  constexpr std::string_view kKey = "SELINUX=";
  kernel::LineScanner lines(config);
  for (std::string_view line; lines.Next(line);) {
    line = kernel::Trim(line);
    if (!line.starts_with(kKey)) continue;
    std::string_view mode = line.substr(kKey.size());
    while (mode.starts_with('"')) mode.remove_prefix(1);
    while (mode.ends_with('"')) mode.remove_suffix(1);
    return mode == "enforcing" ? 1 : mode == "permissive" ? 0 : -1;
  }
  return -1;
}

class SelinuxCollector final : public Collector {
 public:
  explicit SelinuxCollector(const CollectorContext& context)
      : enforce_(context.paths.Sys("fs/selinux/enforce"), context.descriptors,
                 kernel::FileKind::kAttribute),
        label_(context.paths.Proc("self/attr/current"), context.descriptors,
               kernel::FileKind::kAttribute),
        config_path_(context.paths.Root("/etc/selinux/config")) {}

  Status Collect(MetricBatch& out) override {
    const auto enforce = enforce_.TryReadTrimmed();
    const int error = enforce_.last_errno();
    const bool enabled = error != ENOENT && error != ENOTDIR && HasPolicy();
    out.Family(kMetrics[kEnabled]).Add(enabled ? 1 : 0);
    if (!enabled) return {};
    out.Family(kMetrics[kConfigMode]).Add(ConfigMode());
    if (!enforce) return kernel::ErrnoStatus(enforce_.path(), "read", error);
    const auto mode = kernel::ParseNumber<int>(*enforce);
    if (!mode) return kernel::ParseError(enforce_.path(), "mode", *enforce);
    out.Family(kMetrics[kCurrentMode]).Add(*mode);
    return {};
  }

 private:
  // Before a policy is loaded every process has the label of the kernel, and nothing is decided.
  bool HasPolicy() {
    auto label = label_.TryReadTrimmed().value_or(std::string_view());
    while (label.ends_with('\0')) label.remove_suffix(1);
    return label != "kernel";
  }

  // Reads the file anew if it is another one than last time.
  int ConfigMode() {
    const FileName file{AT_FDCWD, config_path_.c_str(), config_path_};
    auto stamp = StampOf(file);
    if (stamp && *stamp == config_stamp_) return config_mode_;
    if (stamp) stamp = ReadRegularFile(file, kMaxConfigBytes, config_);
    config_stamp_ = stamp ? *stamp : FileStamp{};
    config_mode_ = stamp ? ModeIn(config_) : -1;
    return config_mode_;
  }

  kernel::KernelFile enforce_;
  kernel::KernelFile label_;
  const std::string config_path_;
  std::string config_;
  FileStamp config_stamp_;  // Of what config_mode_ was read from.
  int config_mode_ = -1;
};

Result<std::unique_ptr<Collector>> MakeSelinux(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<SelinuxCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kSelinuxCollector = {
    .name = "selinux",
    .help = "Mode of SELinux.",
    .make = MakeSelinux,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
