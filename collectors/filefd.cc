// Open files of the whole host, from /proc/sys/fs/file-nr.

#include <array>
#include <cstdint>

#include "collectors/collector.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr MetricDesc kAllocated = {"node_filefd_allocated", kGauge, "", "files",
                                   "File handles that the kernel has allocated."};
constexpr MetricDesc kMaximum = {"node_filefd_maximum", kGauge, "", "files",
                                 "File handles that the kernel would allocate at most."};
constexpr std::array<MetricDesc, 2> kMetrics = {kAllocated, kMaximum};

class FilefdCollector final : public Collector {
 public:
  explicit FilefdCollector(const CollectorContext& context)
      : file_(context.paths.Proc("sys/fs/file-nr"), context.descriptors,
              kernel::FileKind::kAttribute) {}

  Status Collect(MetricBatch& out) override {
    const auto text = file_.ReadTrimmed();
    if (!text) return text.status();

    kernel::FieldScanner fields(*text);
    const auto allocated = fields.NextNumber<std::uint64_t>();
    fields.Skip(1);  // Allocated but unused: 0 since Linux 2.6.
    const auto maximum = fields.NextNumber<std::uint64_t>();
    if (!allocated || !maximum) {
      return kernel::ParseError(file_.path(), (allocated ? kMaximum : kAllocated).name, *text);
    }
    out.Family(kAllocated).Add(static_cast<double>(*allocated));
    out.Family(kMaximum).Add(static_cast<double>(*maximum));
    return {};
  }

 private:
  kernel::KernelFile file_;
};

Result<std::unique_ptr<Collector>> MakeFilefd(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<FilefdCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kFilefdCollector = {
    .name = "filefd",
    .help = "Allocated file handles and their limit (/proc/sys/fs/file-nr).",
    .make = MakeFilefd,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
