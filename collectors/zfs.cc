// Statistics of OpenZFS and its pools, from /proc/spl/kstat/zfs/.

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/collector.h"
#include "collectors/kept_devices.h"
#include "collectors/kernel/kernel_dir.h"
#include "collectors/kernel/scanner.h"
#include "collectors/zfs_kstat.h"
#include "collectors/zfs_metrics.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kDirectory = "spl/kstat/zfs";

constexpr std::array<std::string_view, 7> kStates = {"online",  "degraded", "faulted",  "offline",
                                                     "removed", "unavail",  "suspended"};

// Whether two words differ at most in the case of their letters (ASCII).
bool SameWord(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

// Every line of a kstat is a record, and a short one.
kernel::KernelFile OpenKstat(std::string path, kernel::DescriptorBudget& budget) {
  return {std::move(path), budget, kernel::FileKind::kShortRecords};
}

// A file of the whole of OpenZFS.
struct Kstat {
  Kstat(const ZfsKstat& kstat, const std::string& directory, kernel::DescriptorBudget& budget)
      : file(OpenKstat(directory + "/" + std::string(kstat.file), budget)), families(kstat) {}
  kernel::KernelFile file;
  KstatFamilies families;
};

// What is kept of an entry beside those files: a directory is a pool, and the rest are statistics
// that are not reported.
struct Pool {
  Pool(const std::string& path, kernel::DescriptorBudget& budget) {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode))
      directory.emplace(path, budget);
  }
  std::optional<kernel::KernelDir> directory;
  KeptDevices<kernel::KernelFile> files;
};

class ZfsCollector final : public Collector {
 public:
  explicit ZfsCollector(const CollectorContext& context)
      : descriptors_(context.descriptors),
        directory_(context.paths.Proc(kDirectory), context.descriptors) {
    kstats_.reserve(kZfsKstats.size());
    for (const ZfsKstat& kstat : kZfsKstats) {
      kstats_.emplace_back(kstat, directory_.path(), descriptors_);
    }
  }

  Status Collect(MetricBatch& out) override {
    const auto names = directory_.List();
    if (!names) return names.status();
    Status status;
    for (Kstat& kstat : kstats_) Note(AddKstat(kstat, out), status);
    io_.Begin();
    datasets_.Begin();
    pools_.Begin();
    for (const std::string_view name : *names) Note(AddPool(name, FindPool(name), out), status);
    pools_.End();
    return status;
  }

 private:
  // One file that cannot be read leaves the others readable; the first is what is told.
  static void Note(Status of_file, Status& status) {
    if (status.ok()) status = std::move(of_file);
  }

  static Status AddKstat(Kstat& kstat, MetricBatch& out) {
    const auto text = kstat.file.TryRead();
    if (!text) return Missing(kstat.file);  // Each version of OpenZFS has others.
    kstat.families.Begin();
    const std::string& path = kstat.file.path();
    return VisitKstat(*text, path,
                      [&](const KstatRow& row) { return kstat.families.Add(row, {}, path, out); });
  }

  // A file that is not there, or a pool that has just been exported, is no error.
  static Status Missing(const kernel::KernelFile& file) {
    switch (file.last_errno()) {
      case ENOENT:
      case ENODEV:
      case ENXIO:
      case ENOTDIR:
        return {};
      default:
        return kernel::ErrnoStatus(file.path(), "read", file.last_errno());
    }
  }

  Pool& FindPool(std::string_view name) {
    if (Pool* const known = pools_.Find(name)) return *known;
    return pools_.Add(name, directory_.path() + "/" + std::string(name), descriptors_);
  }

  Status AddPool(std::string_view pool, Pool& kept, MetricBatch& out) {
    if (!kept.directory) return {};
    const auto names = kept.directory->List();
    if (!names) return names.status().code() == ErrorCode::kAbsent ? Status() : names.status();
    Status status;
    kept.files.Begin();
    for (const std::string_view name : *names) {
      const auto add = name == kZfsPoolIo.file              ? &ZfsCollector::AddIo
                       : name == "state"                    ? &ZfsCollector::AddState
                       : name.starts_with(kZfsDataset.file) ? &ZfsCollector::AddDataset
                                                            : nullptr;
      if (add == nullptr) continue;
      kernel::KernelFile& file = FindFile(name, kept);
      const auto text = file.TryRead();
      Note(text ? (this->*add)(pool, *text, file.path(), out) : Missing(file), status);
    }
    kept.files.End();
    return status;
  }

  kernel::KernelFile& FindFile(std::string_view name, Pool& pool) {
    if (kernel::KernelFile* const known = pool.files.Find(name)) return *known;
    const std::string path = pool.directory->path() + "/" + std::string(name);
    return pool.files.Add(name, OpenKstat(path, descriptors_));
  }

  // A line of names and one of numbers, below a line that is the kstat's own.
  Status AddIo(std::string_view pool, std::string_view text, const std::string& path,
               MetricBatch& out) {
    kernel::LineScanner lines(text);
    std::string_view heading;
    std::string_view line;
    while (!heading.starts_with("nread")) {
      if (!lines.Next(heading)) return {};  // As node_exporter: an older io without columns.
    }
    while (lines.Next(line)) {
      kernel::FieldScanner names(heading);
      kernel::FieldScanner fields(line);
      std::string_view name = names.Next();
      for (std::size_t i = 0; !name.empty(); ++i, name = names.Next()) {
        const auto value = fields.NextNumber<std::uint64_t>();
        if (!value) return kernel::ParseError(path, name, line);
        io_.Find(i, name, out).Add({{"zpool", pool}}, static_cast<double>(*value));
      }
    }
    return {};
  }

  Status AddState(std::string_view pool, std::string_view text, const std::string&,
                  MetricBatch& out) {
    const std::string_view current = kernel::Trim(text.substr(0, text.find('\n')));
    FamilyBuilder& family = out.Family(kZfsPoolState);
    for (const std::string_view state : kStates) {
      family.Add({{"state", state}, {"zpool", pool}}, SameWord(state, current) ? 1 : 0);
    }
    return {};
  }

  Status AddDataset(std::string_view pool, std::string_view text, const std::string& path,
                    MetricBatch& out) {
    std::array<LabelView, 2> labels = {{{"dataset", ""}, {"zpool", pool}}};
    return VisitKstat(text, path, [&](const KstatRow& row) {
      if (row.name != "dataset_name") return datasets_.Add(row, labels, path, out);
      labels[0].value = row.data;
      return Status();
    });
  }

  kernel::DescriptorBudget& descriptors_;
  kernel::KernelDir directory_;
  std::vector<Kstat> kstats_;
  KeptDevices<Pool> pools_;  // By the name of their entry.
  KstatFamilies io_{kZfsPoolIo};
  KstatFamilies datasets_{kZfsDataset};
};

Result<std::unique_ptr<Collector>> MakeZfs(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<ZfsCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kZfsCollector = {
    .name = "zfs",
    .help = "Statistics of OpenZFS (/proc/spl/kstat/zfs).",
    .make = MakeZfs,
    .metrics = kZfsMetrics,
};

}  // namespace hostpulse::collectors
