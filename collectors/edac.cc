// Memory errors that were corrected or not, from /sys/devices/system/edac/mc.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "collectors/collector.h"
#include "collectors/families.h"
#include "collectors/kept_devices.h"
#include "collectors/kernel/kernel_dir.h"
#include "collectors/sysfs_attributes.h"

namespace hostpulse::collectors {
namespace {

enum Family { kController, kUncorrected, kRow, kRowUncorrected, kChannel, kChannelUncorrected };
constexpr std::array<MetricDesc, 6> kMetrics = {{
    {"node_edac_correctable_errors_total", kCounter, "controller", "",
     "Memory errors that were corrected."},
    {"node_edac_uncorrectable_errors_total", kCounter, "controller", "",
     "Memory errors that could not be corrected."},
    {"node_edac_csrow_correctable_errors_total", kCounter, "controller,csrow", "",
     "Memory errors of a row that were corrected; \"unknown\" is where the row is not known."},
    {"node_edac_csrow_uncorrectable_errors_total", kCounter, "controller,csrow", "",
     "Memory errors of a row that could not be corrected; \"unknown\" is where the row is not "
     "known."},
    {"node_edac_channel_correctable_errors_total", kCounter, "channel,controller,csrow,dimm_label",
     "", "Memory errors of a channel of a row that were corrected."},
    {"node_edac_channel_uncorrectable_errors_total", kCounter,
     "channel,controller,csrow,dimm_label", "",
     "Memory errors of a channel of a row that could not be corrected."},
}};
using Families = std::array<FamilyBuilder*, kMetrics.size()>;

constexpr std::array<std::string_view, 4> kControllerFiles = {"ce_count", "ue_count",
                                                              "ce_noinfo_count", "ue_noinfo_count"};
constexpr std::array<std::string_view, 2> kRowFiles = {"ce_count", "ue_count"};
constexpr std::string_view kChannelSuffix = "_ce_count";  // Behind "ch" and a number.

// The number of the channel of which this is the first file, "0" of "ch0_ce_count"; else empty.
std::string_view ChannelOf(std::string_view file) {
  if (!file.ends_with(kChannelSuffix)) return {};
  return DeviceNumber(file.substr(0, file.size() - kChannelSuffix.size()), "ch");
}

// "mc#0csrow#1channel#2", the kernel's own name of a module, becomes "mc0_csrow1_channel2".
void AssignDimmLabel(std::string_view text, std::string& out) {
  out.clear();
  while (!text.empty()) {
    if (text.starts_with("csrow") || text.starts_with("channel")) out += '_';
    if (text.front() != '#') out += text.front();
    text.remove_prefix(1);
  }
}

struct Channel {
  Channel(const std::string& row, std::string_view number, kernel::DescriptorBudget& budget)
      : Channel(row + "/ch" + std::string(number), budget) {}
  Channel(const std::string& prefix, kernel::DescriptorBudget& budget)
      : corrected(prefix + "_ce_count", budget, kernel::FileKind::kAttribute),
        uncorrected(prefix + "_ue_count", budget, kernel::FileKind::kAttribute),
        label(prefix + "_dimm_label", budget, kernel::FileKind::kAttribute) {}

  kernel::KernelFile corrected;
  kernel::KernelFile uncorrected;
  kernel::KernelFile label;
};

struct Row {
  Row(const std::string& path, kernel::DescriptorBudget& budget)
      : files(OpenAttributes(path, kRowFiles, budget)), directory(path, budget) {}

  Attributes files;
  kernel::KernelDir directory;
  KeptDevices<Channel> channels;
};

struct Controller {
  Controller(const std::string& path, kernel::DescriptorBudget& budget)
      : files(OpenAttributes(path, kControllerFiles, budget)), directory(path, budget) {}

  Attributes files;
  kernel::KernelDir directory;
  KeptDevices<Row> rows;
};

// The kept device of this name at its path below `parent`.
template <typename Device>
Device& FindBelow(const std::string& parent, std::string_view name, KeptDevices<Device>& devices,
                  kernel::DescriptorBudget& budget) {
  if (Device* const known = devices.Find(name)) return *known;
  std::string path = parent + "/";
  return devices.Add(name, path.append(name), budget);
}

class EdacCollector final : public Collector {
 public:
  explicit EdacCollector(const CollectorContext& context)
      : descriptors_(context.descriptors),
        directory_(context.paths.Sys("devices/system/edac/mc"), context.descriptors) {}

  Status Collect(MetricBatch& out) override {
    const auto names = directory_.List();
    if (!names) return Unlisted(names.status());

    families_ = OpenFamilies(kMetrics, out);
    status_ = {};
    controllers_.Begin();
    for (const std::string_view name : *names) {
      const std::string_view number = DeviceNumber(name, "mc");
      if (number.empty()) continue;
      AddController(number, FindBelow(directory_.path(), name, controllers_, descriptors_));
    }
    controllers_.End();
    return std::move(status_);
  }

 private:
  // A host without ECC memory has no controllers, which node_exporter takes for a success.
  static Status Unlisted(const Status& status) {
    return status.code() == ErrorCode::kAbsent ? Status() : status;
  }

  void AddCount(Family family, std::initializer_list<LabelView> labels, kernel::KernelFile& file) {
    const auto count = TryReadNumber<std::uint64_t>(file, status_);
    if (count) families_[family]->Add(labels, static_cast<double>(*count));
  }

  void AddController(std::string_view number, Controller& controller) {
    const LabelView label = {"controller", number};
    const LabelView unknown_row = {"csrow", "unknown"};
    AddCount(kController, {label}, controller.files[0]);
    AddCount(kUncorrected, {label}, controller.files[1]);
    AddCount(kRow, {label, unknown_row}, controller.files[2]);
    AddCount(kRowUncorrected, {label, unknown_row}, controller.files[3]);

    const auto names = controller.directory.List();
    if (!names) return;  // It left after it was listed.
    controller.rows.Begin();
    for (const std::string_view name : *names) {
      const std::string_view row = DeviceNumber(name, "csrow");
      if (row.empty()) continue;
      AddRow(label, {"csrow", row},
             FindBelow(controller.directory.path(), name, controller.rows, descriptors_));
    }
    controller.rows.End();
  }

  void AddRow(const LabelView& controller, const LabelView& label, Row& row) {
    AddCount(kRow, {controller, label}, row.files[0]);
    AddCount(kRowUncorrected, {controller, label}, row.files[1]);

    const auto names = row.directory.List();
    if (!names) return;
    row.channels.Begin();
    for (const std::string_view name : *names) {
      const std::string_view number = ChannelOf(name);
      if (number.empty()) continue;
      Channel* channel = row.channels.Find(number);
      if (channel == nullptr) {
        channel = &row.channels.Add(number, row.directory.path(), number, descriptors_);
      }
      AddChannel(controller, label, {"channel", number}, *channel);
    }
    row.channels.End();
  }

  void AddChannel(const LabelView& controller, const LabelView& row, const LabelView& label,
                  Channel& channel) {
    AssignDimmLabel(channel.label.TryReadTrimmed().value_or("unknown"), dimm_label_);
    const LabelView dimm = {"dimm_label", dimm_label_};
    AddCount(kChannel, {label, controller, row, dimm}, channel.corrected);
    AddCount(kChannelUncorrected, {label, controller, row, dimm}, channel.uncorrected);
  }

  kernel::DescriptorBudget& descriptors_;
  kernel::KernelDir directory_;
  KeptDevices<Controller> controllers_;
  std::string dimm_label_;
  // Of the collection that is going on.
  Families families_{};
  Status status_;
};

Result<std::unique_ptr<Collector>> MakeEdac(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<EdacCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kEdacCollector = {
    .name = "edac",
    .help = "Memory errors that were corrected or not.",
    .make = MakeEdac,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
