// Units, timers and sockets of systemd, asked of it over D-Bus.

#include "collectors/systemd.h"

#include <unistd.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "collectors/dbus/property_reader.h"
#include "collectors/dbus/sd_bus.h"
#include "collectors/device_filter.h"
#include "collectors/families.h"
#include "collectors/kept_devices.h"
#include "collectors/systemd_row.h"
#include "collectors/systemd_unit.h"

namespace hostpulse::collectors {
namespace {

using dbus::PropertyReader;

constexpr std::array<std::string_view, 5> kStates = {"active", "activating", "deactivating",
                                                     "inactive", "failed"};

constexpr dbus::Object kManager = {"org.freedesktop.systemd1", "/org/freedesktop/systemd1",
                                   "org.freedesktop.systemd1.Manager"};
constexpr const char* kUnit = "org.freedesktop.systemd1.Unit";
constexpr const char* kService = "org.freedesktop.systemd1.Service";
constexpr const char* kMount = "org.freedesktop.systemd1.Mount";
constexpr const char* kTimer = "org.freedesktop.systemd1.Timer";
constexpr const char* kSocket = "org.freedesktop.systemd1.Socket";

// A little less than what a collection waits for a collector that may block.
constexpr std::chrono::nanoseconds kTime = std::chrono::milliseconds(900);

// systemd 212 was the first with SystemState and LastTriggerUSec.
constexpr double kVersionWithSystemState = 212;

class SystemdCollector final : public Collector {
 public:
  SystemdCollector(const CollectorContext& context, Result<std::unique_ptr<dbus::Bus>> bus,
                   Pattern include, Pattern exclude)
      : log_(context.log),
        system_bus_(dbus::SystemBus(context.paths)),
        private_socket_(dbus::SystemdPrivate(context.paths)),
        only_private_(context.flags.Bool(kSystemdPrivate)),
        with_tasks_(context.flags.Bool(kSystemdTasks)),
        with_restarts_(context.flags.Bool(kSystemdWithRestarts)),
        with_start_times_(context.flags.Bool(kSystemdStartTimes)),
        include_(std::move(include)),
        exclude_(std::move(exclude)),
        bus_(std::move(bus)) {}

  // Connects anew each time, as node_exporter does: systemd sends all its signals over a private
  // connection and would have to store them until the next collection.
  Status Collect(MetricBatch& out) override {
    if (!bus_) return bus_.status();
    Status status = Connect();
    if (status.ok()) status = CollectAll(out);
    (*bus_)->Disconnect();
    return status;
  }

 private:
  // Root reaches systemd without a bus daemon, too.
  Status Connect() {
    dbus::Bus& bus = **bus_;
    if (only_private_) return bus.Connect(private_socket_, kTime);
    Status status = bus.Connect(system_bus_, kTime);
    if (status.ok() || ::geteuid() != 0) return status;
    return bus.Connect(private_socket_, kTime).ok() ? Status() : status;
  }

  Status CollectAll(MetricBatch& out) {
    if (Status status = ListUnits(); !status) return status;
    families_ = OpenFamilies(kSystemdMetrics, out);
    states_.ForEach([this](std::string_view state, std::uint64_t count) {
      families_[kSystemdUnits]->Add({{"state", state}}, static_cast<double>(count));
    });
    PropertyReader reader(**bus_, log_);
    const double version = AddVersion(reader);
    const bool with_system_state = version >= kVersionWithSystemState;
    AddVirtualization(reader);
    Status status = with_system_state ? AddSystemState() : Status();
    ForgetOldTypes(reader);
    units_.ForEach([&](std::string_view name, SystemdUnit& unit) {
      if (!reader.timed_out()) AddUnit(name, unit, with_system_state, reader);
    });
    return reader.failure().ok() ? status : reader.failure();
  }

  Status ListUnits() {
    states_.ForEach([](std::string_view, std::uint64_t& count) { count = 0; });
    states_.Begin();
    for (const std::string_view state : kStates) states_.FindOrAdd(state, std::uint64_t{0});
    units_.Begin();
    Status status = (*bus_)->List(kManager, "ListUnits", kSystemdUnitRows,
                                  [this](std::span<const dbus::Value> row) { TakeUnit(row); });
    if (!status) return status;
    units_.End();
    states_.End();
    return {};
  }

  void TakeUnit(std::span<const dbus::Value> row) {
    const auto text = [row](SystemdUnitField field) {
      return std::get<std::string_view>(row[field]);
    };
    ++states_.FindOrAdd(text(kSystemdActiveState), std::uint64_t{0});
    const std::string_view name = text(kSystemdUnitName);
    if (text(kSystemdLoadState) != "loaded") return;
    if (!include_.Matches(name) || exclude_.Matches(name)) return;
    SystemdUnit& unit = units_.FindOrAdd(name);
    unit.path.assign(text(kSystemdUnitPath));
    unit.active_state.assign(text(kSystemdActiveState));
  }

  double AddVersion(PropertyReader& reader) {
    const auto text = reader.TextOr(kManager, "Version", "");
    if (!text) return 0;
    const double version = ParseSystemdVersion(*text);
    families_[kSystemdVersion]->Add({{"version", version > 0 ? *text : ""}}, version);
    return version;
  }

  void AddVirtualization(PropertyReader& reader) {
    const auto text = reader.TextOr(kManager, "Virtualization", "unknown");
    if (!text) return;
    families_[kSystemdVirtualization]->Add(
        {{"virtualization_type", text->empty() ? "none" : *text}}, 1);
  }

  Status AddSystemState() {
    const auto state = (*bus_)->GetText(kManager, "SystemState");
    if (!state) return state.status();
    families_[kSystemdRunning]->Add(*state == "running" ? 1 : 0);
    return {};
  }

  // The type of a service changes only when unit files are loaded, and systemd since 250 tells when
  // that was. To ask for all types every time is most of the work, for systemd as well.
  void ForgetOldTypes(PropertyReader& reader) {
    const auto loaded = reader.Number(kManager, "UnitsLoadTimestampMonotonic");
    if (reader.timed_out()) return;
    const std::uint64_t time = loaded.value_or(0);
    if (time != 0 && time == types_of_) return;
    types_of_ = time;
    units_.ForEach([](std::string_view, SystemdUnit& unit) { unit.type_known = false; });
  }

  void AddUnit(std::string_view name, SystemdUnit& unit, bool with_triggers,
               PropertyReader& reader) {
    const std::string_view kind = SystemdUnitKind(name);
    if (kind == "service") {
      AddService(name, unit, reader);
    } else if (kind == "mount") {
      // Not kept: it is that of the file system which is mounted now.
      if (const auto type = reader.TextOr(unit.As(kMount), "Type", "")) AddState(name, unit, *type);
    } else {
      AddState(name, unit, "");
    }
    if (kind == "timer" && with_triggers) {
      AddTime(kSystemdTimerTrigger, name, reader.Number(unit.As(kTimer), "LastTriggerUSec"));
    }
    if (kind == "socket") AddSocket(name, unit, reader);
    if (with_start_times_) AddStartTime(name, unit, reader);
  }

  void AddState(std::string_view name, const SystemdUnit& unit, std::string_view type) {
    for (const std::string_view state : kStates) {
      families_[kSystemdUnitState]->Add({{"name", name}, {"state", state}, {"type", type}},
                                        state == unit.active_state ? 1 : 0);
    }
  }

  void AddService(std::string_view name, SystemdUnit& unit, PropertyReader& reader) {
    const dbus::Object service = unit.As(kService);
    if (!unit.type_known) {
      const auto type = reader.TextOr(service, "Type", "");
      if (!type) return;
      unit.type.assign(*type);
      unit.type_known = true;
    }
    AddState(name, unit, unit.type);
    if (with_restarts_) Add(kSystemdRestarts, name, reader.Number(service, "NRestarts"));
    if (!with_tasks_) return;
    Add(kSystemdTasksCurrent, name, reader.Number(service, "TasksCurrent"));
    Add(kSystemdTasksMax, name, reader.Number(service, "TasksMax"));
  }

  void AddSocket(std::string_view name, const SystemdUnit& unit, PropertyReader& reader) {
    const dbus::Object socket = unit.As(kSocket);
    const auto accepted = reader.Number(socket, "NAccepted");
    if (!accepted) return;
    Add(kSystemdSocketAccepted, name, accepted);
    const auto current = reader.Number(socket, "NConnections");
    if (!current) return;
    Add(kSystemdSocketCurrent, name, current);
    Add(kSystemdSocketRefused, name, reader.Number(socket, "NRefused"));  // Since systemd 239.
  }

  void AddStartTime(std::string_view name, const SystemdUnit& unit, PropertyReader& reader) {
    const bool active = unit.active_state == "active";
    AddTime(kSystemdUnitStart, name,
            active ? reader.Number(unit.As(kUnit), "ActiveEnterTimestamp") : 0);
  }

  // 2^64-1 stands for no value (tasks of a service that does not run) or for no limit.
  void Add(SystemdMetric metric, std::string_view name, std::optional<std::uint64_t> value) {
    if (!value || *value == UINT64_MAX) return;
    families_[metric]->Add({{"name", name}}, static_cast<double>(*value));
  }

  void AddTime(SystemdMetric metric, std::string_view name,
               std::optional<std::uint64_t> microseconds) {
    if (!microseconds) return;
    families_[metric]->Add({{"name", name}}, static_cast<double>(*microseconds) / 1e6);
  }

  Logger& log_;
  const dbus::Address system_bus_;
  const dbus::Address private_socket_;
  const bool only_private_;
  const bool with_tasks_;
  const bool with_restarts_;
  const bool with_start_times_;
  const Pattern include_;
  const Pattern exclude_;
  Result<std::unique_ptr<dbus::Bus>> bus_;
  KeptDevices<std::uint64_t> states_;  // How many units, by active state.
  KeptDevices<SystemdUnit> units_;     // Those that are reported, by name.
  std::uint64_t types_of_ = 0;         // When systemd loaded the units whose types are known.
  std::array<FamilyBuilder*, kSystemdMetrics.size()> families_{};  // Of this collection.
};

Result<Pattern> WholeName(const std::string& expression) {
  return Pattern::Compile("^(?:" + expression + ")$");
}

Result<std::unique_ptr<Collector>> MakeSystemdOnSdBus(const CollectorContext& context) {
  return MakeSystemd(context, dbus::MakeSdBus(context.clock));
}

}  // namespace

Result<std::unique_ptr<Collector>> MakeSystemd(const CollectorContext& context,
                                               Result<std::unique_ptr<dbus::Bus>> bus) {
  auto include = WholeName(context.flags.String(kSystemdInclude));
  if (!include) return std::move(include).status().WithContext(kSystemdInclude);
  auto exclude = WholeName(context.flags.String(kSystemdExclude));
  if (!exclude) return std::move(exclude).status().WithContext(kSystemdExclude);
  return std::unique_ptr<Collector>(std::make_unique<SystemdCollector>(
      context, std::move(bus), std::move(*include), std::move(*exclude)));
}

extern constinit const CollectorSpec kSystemdCollector = {
    .name = "systemd",
    .on_by_default = false,
    .may_block = true,
    .help = "Units, timers and sockets of systemd (D-Bus).",
    .make = MakeSystemdOnSdBus,
    .flags = kSystemdFlags,
    .metrics = kSystemdMetrics,
};

}  // namespace hostpulse::collectors
