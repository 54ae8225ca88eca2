#include "exporter/app.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "core/log/logger_registry.h"
#include "core/version.h"
#include "exporter/reload.h"
#include "exporter/reload_desk.h"
#include "exporter/routes.h"
#include "exporter/service_manager.h"
#include "exporter/signals.h"
#include "exporter/sources.h"
#include "exporter/startup_memory.h"

namespace hostpulse {
namespace {

// The summaries of repeated log lines are due without anybody waking the loop.
constexpr std::chrono::seconds kHousekeeping{30};
// So long after a start or a reload what only that needed can go; and once more when the first
// scrape, which may come a minute later, has had what only a first one needs.
constexpr std::array kSettled{std::chrono::seconds(5), std::chrono::seconds(90)};
// What hangs by then is left behind: SIGTERM ends the process within a second.
constexpr std::chrono::milliseconds kShutdownGrace{900};

// All parts in the order of their layers, so that destruction in reverse is the shutdown.
class App {
 public:
  App(config::Config config, ConfigLoader reread)
      : config_(std::move(config)),
        reread_(std::move(reread)),
        loggers_(config_.log.root, clock_),
        log_(loggers_.Get("app")),
        config_log_(loggers_.Get("config")),
        desk_([this] { signals_.Wake(); }) {}

  // Errors: whatever keeps the program from serving.
  Status Start();
  void Run();
  void Stop();

 private:
  void LogStart();
  Status StartServer();
  Status Reload();
  Status TryReload();
  void LogNotices(const config::Config& config);
  void NoteStarted();
  std::optional<MonotonicTime> NextRelease() const;
  void TellReady() const;
  void TellAlive();

  const Signals signals_;
  const ServiceManager manager_;
  const SystemClock clock_;
  config::Config config_;
  const ConfigLoader reread_;
  LoggerRegistry loggers_;
  Logger& log_;
  Logger& config_log_;
  ReloadDesk desk_;
  std::unique_ptr<Sources> sources_;
  std::optional<http::ScrapeCounters> counters_;
  std::unique_ptr<push::PushService> push_;
  std::unique_ptr<http::HttpServer> server_;
  std::optional<MonotonicTime> alive_due_;  // Where the service manager watches.
  // The end of the start or of the last reload, and how often its memory has been given back.
  MonotonicTime started_{};
  std::size_t releases_ = 0;
  std::uint64_t reloads_ = 0;  // Tried so far.
};

Status App::Start() {
  LogStart();
  config::LogConfig inherited;
  inherited.root = config_.log.root;
  ApplyLevels(inherited, config_.log, loggers_, config_log_);

  auto sources = Sources::Create(config_, clock_, loggers_);
  if (!sources) return std::move(sources).status();
  sources_ = std::move(*sources);
  counters_.emplace(sources_->http_registry());

  auto push = push::PushService::Create(config_.push, sources_->all(), clock_, loggers_,
                                        sources_->registry());
  if (!push) return std::move(push).status();
  push_ = std::move(*push);
  return StartServer();
}

void App::LogStart() {
  log_.Info("starting hostpulse",
            {{"version", kVersion}, {"revision", kRevision}, {"branch", kBranch}});
  if (::geteuid() == 0) {
    log_.Warn("running as root, which is not needed: an unprivileged user sees nearly everything");
  }
  LogNotices(config_);
}

void App::LogNotices(const config::Config& config) {
  for (const std::string& notice : config.notices) config_log_.Warn(notice);
}

Status App::StartServer() {
  const RouteContext context{config_.web,
                             *sources_,
                             *push_,
                             loggers_,
                             *counters_,
                             clock_,
                             [this] { return desk_.Request(); },
                             [this] { signals_.Wake(); }};
  auto server = http::HttpServer::Start(config_.web.server, MakeRoutes(context),
                                        loggers_.Get("http"), &sources_->registry());
  if (!server) return std::move(server).status();
  server_ = std::move(*server);
  for (const std::string& address : server_->addresses()) {
    log_.Info("listening", {{"address", address}});
  }
  return {};
}

void App::NoteStarted() {
  started_ = clock_.Monotonic();
  releases_ = 0;
}

std::optional<MonotonicTime> App::NextRelease() const {
  if (releases_ == kSettled.size()) return std::nullopt;
  return started_ + kSettled[releases_];
}

void App::TellReady() const {
  const std::vector<std::string> addresses = server_->addresses();
  manager_.Ready("serving " + config_.web.telemetry_path + " at " +
                 (addresses.empty() ? "" : addresses.front()));
}

// This loop moves when it comes here; the listener's has to, too. Collectors and disks that hang
// are no reason to be killed: they are reported.
void App::TellAlive() {
  const auto interval = manager_.watchdog_interval();
  if (!interval) return;
  const MonotonicTime now = clock_.Monotonic();
  if (alive_due_ && now < *alive_due_) return;
  alive_due_ = now + *interval;
  if (server_->HasMoved()) {
    manager_.Alive();
  } else {
    log_.Error("the listener does not move: the service manager is not told that all is well");
  }
}

void App::Run() {
  NoteStarted();
  TellReady();
  while (true) {
    TellAlive();
    MonotonicTime next = clock_.Monotonic() + kHousekeeping;
    for (const auto& due : {loggers_.Tick(), NextRelease(), alive_due_})
      next = std::min(next, due.value_or(next));
    switch (signals_.Wait(next, clock_)) {
      case Signals::Event::kStop:
        return;
      case Signals::Event::kReload:
        (void)Reload();
        break;
      case Signals::Event::kWake:
        desk_.Serve([this] { return Reload(); });
        break;
      case Signals::Event::kTimeout:
        break;
    }
    if (const auto due = NextRelease(); due && clock_.Monotonic() >= *due) {
      ReleaseStartupMemory();
      ++releases_;
    }
  }
}

void App::Stop() {
  log_.Info("stopping");
  manager_.Stopping();
  ExitAfter(kShutdownGrace);
  desk_.Close();
  server_.reset();
  push_->Stop();
}

Status App::Reload() {
  // In every line that may come again, so that none is kept back as a repetition.
  ++reloads_;
  manager_.Reloading();
  Status status = TryReload();
  TellReady();
  sources_->self().NoteReload(status.ok());
  NoteStarted();
  if (status) {
    config_log_.Info("configuration loaded", {{"file", config_.file}, {"reload", reloads_}});
    return status;
  }
  std::string_view errors = status.message();
  while (!errors.empty()) {
    const std::string_view error = errors.substr(0, errors.find('\n'));
    config_log_.Error("configuration not loaded, the one in force stays",
                      {{"err", error}, {"reload", reloads_}});
    errors.remove_prefix(std::min(errors.size(), error.size() + 1));
  }
  return status;
}

// Everything that may fail comes before anything that changes.
Status App::TryReload() {
  config::Findings findings;
  config::Config next = reread_(findings);
  if (!findings.ok()) {
    std::string message;
    for (const std::string& error : findings.errors()) {
      message.append(message.empty() ? "" : "\n").append(error);
    }
    return {ErrorCode::kInvalid, std::move(message)};
  }
  auto set = sources_->MakeCollectors(next.collectors, clock_, loggers_);
  if (!set) return std::move(set).status();
  auto apply_web_config = server_->PrepareWebConfig(next.web.server.web_config_file);
  if (!apply_web_config) return std::move(apply_web_config).status();
  if (Status status = push_->Reload(next.push); !status) return status;
  (*apply_web_config)();

  sources_->collectors().Exchange(std::move(*set));
  ApplyLevels(config_.log, next.log, loggers_, config_log_);
  LogNotices(next);
  LogChanges(config_, next, config_log_);
  for (const std::string& key : KeysThatNeedRestart(config_, next)) {
    config_log_.Warn("a changed key needs a restart", {{"key", key}, {"reload", reloads_}});
  }
  // What needs a restart stays as it was started, so that the next reload warns again.
  const std::string web_config_file = next.web.server.web_config_file;
  next.web = config_.web;
  next.web.server.web_config_file = web_config_file;
  next.log.root.format = config_.log.root.format;
  config_ = std::move(next);
  return {};
}

}  // namespace

int Serve(config::Config config, ConfigLoader reread) {
  // One heap for all threads: the allocator's habit of one each costs a small process a megabyte.
  ::mallopt(M_ARENA_MAX, 1);
  App app(std::move(config), std::move(reread));
  if (const Status status = app.Start(); !status) {
    std::fprintf(stderr, "hostpulse: error: %s\n", status.message().c_str());
    return 1;
  }
  app.Run();
  app.Stop();
  return 0;
}

}  // namespace hostpulse
