// Login sessions by seat, type and class, asked of systemd-logind over D-Bus.

#include "collectors/logind.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/dbus/property_reader.h"
#include "collectors/dbus/sd_bus.h"
#include "collectors/kept_devices.h"

namespace hostpulse::collectors {
namespace {

constexpr std::array<MetricDesc, 1> kMetrics = {{
    {"node_logind_sessions", kGauge, "class,remote,seat,type", "",
     "Login sessions on the seat; without a seat where they are remote."},
}};

// What logind knows of; the first stands for whatever it may learn in future.
constexpr std::array<std::string_view, 7> kTypes = {"other",   "unspecified", "tty", "x11",
                                                    "wayland", "mir",         "web"};
constexpr std::array<std::string_view, 5> kClasses = {"other", "user", "greeter", "lock-screen",
                                                      "background"};

constexpr dbus::Object kManager = {"org.freedesktop.login1", "/org/freedesktop/login1",
                                   "org.freedesktop.login1.Manager"};
constexpr const char* kSession = "org.freedesktop.login1.Session";

// A little less than what a collection waits for a collector that may block.
constexpr std::chrono::nanoseconds kTime = std::chrono::milliseconds(900);

template <std::size_t N>
std::size_t IndexOf(std::string_view value, const std::array<std::string_view, N>& known) {
  const auto found = std::find(known.begin(), known.end(), value);
  return found == known.end() ? 0 : static_cast<std::size_t>(found - known.begin());
}

// Sessions of one seat: of this machine or remote, by type and class.
using Counts = std::array<std::array<std::array<std::uint32_t, kClasses.size()>, kTypes.size()>, 2>;

struct Session {
  std::string seat;
  std::string path;  // Its object on the bus.
};

class LogindCollector final : public Collector {
 public:
  LogindCollector(const CollectorContext& context, Result<std::unique_ptr<dbus::Bus>> bus)
      : log_(context.log), system_bus_(dbus::SystemBus(context.paths)), bus_(std::move(bus)) {}

  Status Collect(MetricBatch& out) override {
    if (!bus_) return bus_.status();
    Status status = (*bus_)->Connect(system_bus_, kTime);
    if (status.ok()) status = Count();
    (*bus_)->Disconnect();
    if (status.ok()) AddCounts(out);
    return status;
  }

 private:
  Status Count() {
    if (Status status = ListSeats(); !status) return status;
    if (Status status = ListSessions(); !status) return status;
    dbus::PropertyReader reader(**bus_, log_);
    for (std::size_t i = 0; i < session_count_; ++i) CountSession(sessions_[i], reader);
    return reader.failure();
  }

  Status ListSeats() {
    seats_.Begin();
    seats_.FindOrAdd("") = {};  // That of remote sessions, which logind does not list.
    Status status =
        (*bus_)->List(kManager, "ListSeats", "a(so)", [this](std::span<const dbus::Value> row) {
          seats_.FindOrAdd(std::get<std::string_view>(row[0])) = {};
        });
    seats_.End();
    return status;
  }

  // Rows of id, user id, user name, seat and path.
  Status ListSessions() {
    session_count_ = 0;
    return (*bus_)->List(kManager, "ListSessions", "a(susso)",
                         [this](std::span<const dbus::Value> row) {
                           if (session_count_ == sessions_.size()) sessions_.emplace_back();
                           Session& session = sessions_[session_count_++];
                           session.seat.assign(std::get<std::string_view>(row[3]));
                           session.path.assign(std::get<std::string_view>(row[4]));
                         });
  }

  // One that has left since, or whose seat is new since, is not counted.
  void CountSession(const Session& session, dbus::PropertyReader& reader) {
    Counts* const counts = seats_.Find(session.seat);
    if (counts == nullptr) return;
    const dbus::Object object = {kManager.service, session.path.c_str(), kSession};
    const auto remote = reader.Bool(object, "Remote");
    if (!remote) return;
    const auto type = reader.Text(object, "Type");
    if (!type) return;
    const std::size_t type_index = IndexOf(*type, kTypes);
    const auto session_class = reader.Text(object, "Class");
    if (!session_class) return;
    ++(*counts)[*remote ? 1 : 0][type_index][IndexOf(*session_class, kClasses)];
  }

  void AddCounts(MetricBatch& out) {
    FamilyBuilder& family = out.Family(kMetrics[0]);
    seats_.ForEach([&family](std::string_view seat, const Counts& counts) {
      for (std::size_t remote = 0; remote < counts.size(); ++remote) {
        for (std::size_t type = 0; type < kTypes.size(); ++type) {
          for (std::size_t i = 0; i < kClasses.size(); ++i) {
            family.Add({{"class", kClasses[i]},
                        {"remote", remote == 0 ? "false" : "true"},
                        {"seat", seat},
                        {"type", kTypes[type]}},
                       counts[remote][type][i]);
          }
        }
      }
    });
  }

  Logger& log_;
  const dbus::Address system_bus_;
  Result<std::unique_ptr<dbus::Bus>> bus_;
  KeptDevices<Counts> seats_;      // By name.
  std::vector<Session> sessions_;  // At least session_count_ of them, for their storage.
  std::size_t session_count_ = 0;
};

Result<std::unique_ptr<Collector>> MakeLogindOnSdBus(const CollectorContext& context) {
  return MakeLogind(context, dbus::MakeSdBus(context.clock));
}

}  // namespace

Result<std::unique_ptr<Collector>> MakeLogind(const CollectorContext& context,
                                              Result<std::unique_ptr<dbus::Bus>> bus) {
  return std::unique_ptr<Collector>(std::make_unique<LogindCollector>(context, std::move(bus)));
}

extern constinit const CollectorSpec kLogindCollector = {
    .name = "logind",
    .on_by_default = false,
    .may_block = true,
    .help = "Login sessions by seat, type and class (D-Bus).",
    .make = MakeLogindOnSdBus,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
