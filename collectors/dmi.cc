// Identity of the firmware, board, chassis and product, from /sys/class/dmi/id.

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/collector.h"

namespace hostpulse::collectors {
namespace {

struct Field {
  std::string_view label;
  std::string_view file;
};

constexpr std::array<Field, 20> kFields = {{
    {"bios_date", "bios_date"},
    {"bios_release", "bios_release"},
    {"bios_vendor", "bios_vendor"},
    {"bios_version", "bios_version"},
    {"board_asset_tag", "board_asset_tag"},
    {"board_name", "board_name"},
    {"board_serial", "board_serial"},
    {"board_vendor", "board_vendor"},
    {"board_version", "board_version"},
    {"chassis_asset_tag", "chassis_asset_tag"},
    {"chassis_serial", "chassis_serial"},
    {"chassis_vendor", "chassis_vendor"},
    {"chassis_version", "chassis_version"},
    {"product_family", "product_family"},
    {"product_name", "product_name"},
    {"product_serial", "product_serial"},
    {"product_sku", "product_sku"},
    {"product_uuid", "product_uuid"},
    {"product_version", "product_version"},
    {"system_vendor", "sys_vendor"},
}};

constexpr std::array<MetricDesc, 1> kMetrics = {{
    {"node_dmi_info", kGauge,
     "bios_date,bios_release,bios_vendor,bios_version,board_asset_tag,board_name,board_serial,"
     "board_vendor,board_version,chassis_asset_tag,chassis_serial,chassis_vendor,chassis_version,"
     "product_family,product_name,product_serial,product_sku,product_uuid,product_version,"
     "system_vendor",
     "1", "What the firmware says of the machine; the value is always 1."},
}};

// The tables of the firmware do not change while the kernel runs, so they are read only once.
class DmiCollector final : public Collector {
 public:
  explicit DmiCollector(const CollectorContext& context)
      : directory_(context.paths.Sys("class/dmi/id")) {
    // Labels point into the values, which must not move.
    values_.reserve(kFields.size());
    labels_.reserve(kFields.size());
    for (const Field& field : kFields) {
      std::string path = directory_ + "/";
      kernel::KernelFile file(path.append(field.file), context.descriptors,
                              kernel::FileKind::kAttribute);
      // Serial numbers are for root only; other processes have fewer labels.
      const auto text = file.TryReadTrimmed();
      if (text) labels_.push_back({field.label, values_.emplace_back(*text)});
    }
  }

  Status Collect(MetricBatch& out) override {
    if (labels_.empty()) {
      return {ErrorCode::kAbsent, directory_ + ": no DMI information"};
    }
    out.Family(kMetrics[0]).Add(labels_, 1);
    return {};
  }

 private:
  const std::string directory_;
  std::vector<std::string> values_;
  std::vector<LabelView> labels_;
};

Result<std::unique_ptr<Collector>> MakeDmi(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<DmiCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kDmiCollector = {
    .name = "dmi",
    .help = "Identity of board, chassis and product as labels.",
    .make = MakeDmi,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
