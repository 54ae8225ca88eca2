#include "core/log/logger_registry.h"

#include <algorithm>
#include <ctime>
#include <map>
#include <utility>

#include "core/duration.h"
#include "core/log/log_sink.h"
#include "core/mutex.h"
#include "core/nearest.h"

namespace hostpulse {
namespace {

using std::chrono::nanoseconds;

constexpr std::string_view kRootName = "ROOT";
// Beyond a century a lifetime is for ever, and its end would not fit into the clock's number.
constexpr nanoseconds kLongestLifetime = std::chrono::hours(24) * 36'500;

// A temporary level: until when, and what is configured afterwards.
struct Expiry {
  MonotonicTime at;
  std::optional<LogLevel> then;
};

struct Node {
  Node(std::string_view name, Node* above, LogSink& sink, LogLevel level)
      : parent(above), logger(std::string(name), sink, level) {}

  Node* const parent;  // Null for ROOT.
  Logger logger;
  std::optional<LogLevel> configured;
  std::optional<Expiry> expiry;
};

// "2026-11-23T01:02:03Z"
std::string FormatTime(WallTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(
      std::chrono::time_point_cast<std::chrono::system_clock::duration>(time));
  std::tm parts{};
  char text[32] = "";
  if (::gmtime_r(&seconds, &parts) != nullptr) {
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  }
  return text;
}

}  // namespace

void Logger::Write(LogLevel level, std::string_view message,
                   std::initializer_list<LogField> fields) {
  sink_.Write(*this, level, message, {fields.begin(), fields.size()});
}

struct LoggerRegistry::Impl {
  Impl(const LoggerRegistryOptions& options, const Clock& the_clock)
      : start_level(options.level),
        clock(the_clock),
        sink(options.format, options.fd, the_clock),
        root(kRootName, nullptr, sink, options.level) {
    root.configured = options.level;
  }
  ~Impl() { sink.Flush(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Node& FindOrMake(std::string_view name) HOSTPULSE_REQUIRES(mutex);
  Result<Node*> Find(std::string_view name) HOSTPULSE_REQUIRES(mutex);
  void Configure(Node& node, std::optional<LogLevel> level) HOSTPULSE_REQUIRES(mutex);
  void ExpireLevels() HOSTPULSE_REQUIRES(mutex);
  void ExpireLevel(Node& node, MonotonicTime now) HOSTPULSE_REQUIRES(mutex);
  std::optional<MonotonicTime> NextExpiry() HOSTPULSE_REQUIRES(mutex);
  void Announce(const Node& node, LogLevel before, std::optional<nanoseconds> lifetime,
                std::string_view actor) HOSTPULSE_REQUIRES(mutex);
  LoggerState StateOf(const Node& node) const HOSTPULSE_REQUIRES(mutex);

  // The level that a node's logger has now. Levels are only written with the mutex held.
  static LogLevel Effective(const Node& node) {
    return static_cast<LogLevel>(node.logger.level_.load(std::memory_order_relaxed));
  }

  const LogLevel start_level;
  const Clock& clock;
  LogSink sink;
  Mutex mutex;
  Node root;
  // In the order of their names, which puts every prefix before the names that begin with it. Nodes
  // are never removed.
  std::map<std::string, Node, std::less<>> nodes HOSTPULSE_GUARDED_BY(mutex);
};

Node& LoggerRegistry::Impl::FindOrMake(std::string_view name) {
  if (name.empty() || name == kRootName) return root;
  if (const auto known = nodes.find(name); known != nodes.end()) return known->second;
  const std::size_t dot = name.rfind('.');
  Node& parent = dot == name.npos ? root : FindOrMake(name.substr(0, dot));
  return nodes.try_emplace(std::string(name), name, &parent, sink, Effective(parent)).first->second;
}

Result<Node*> LoggerRegistry::Impl::Find(std::string_view name) {
  if (name == kRootName) return &root;
  if (const auto known = nodes.find(name); known != nodes.end()) return &known->second;
  std::vector<std::string> names = {std::string(kRootName)};
  for (const auto& [known, node] : nodes) names.push_back(known);
  return Status(ErrorCode::kAbsent, "no such logger" + DidYouMean(name, names));
}

void LoggerRegistry::Impl::Configure(Node& node, std::optional<LogLevel> level) {
  node.configured = level;
  if (&node == &root && !level) node.configured = start_level;
  const auto set = [](Node& of, LogLevel to) {
    of.logger.level_.store(static_cast<int>(to), std::memory_order_relaxed);
  };
  set(root, *root.configured);
  for (auto& [name, each] : nodes) {
    set(each, each.configured ? *each.configured : Effective(*each.parent));
  }
}

void LoggerRegistry::Impl::ExpireLevels() {
  const MonotonicTime now = clock.Monotonic();
  ExpireLevel(root, now);
  for (auto& [name, node] : nodes) ExpireLevel(node, now);
}

void LoggerRegistry::Impl::ExpireLevel(Node& node, MonotonicTime now) {
  if (!node.expiry || now < node.expiry->at) return;
  const LogLevel before = Effective(node);
  Configure(node, node.expiry->then);
  node.expiry.reset();
  Announce(node, before, std::nullopt, "expiry");
}

std::optional<MonotonicTime> LoggerRegistry::Impl::NextExpiry() {
  std::optional<MonotonicTime> next;
  const auto consider = [&next](const Node& node) {
    if (node.expiry && (!next || node.expiry->at < *next)) next = node.expiry->at;
  };
  consider(root);
  for (const auto& [name, node] : nodes) consider(node);
  return next;
}

// A warning past the level of its own logger: a change must not be able to hide itself.
void LoggerRegistry::Impl::Announce(const Node& node, LogLevel before,
                                    std::optional<nanoseconds> lifetime, std::string_view actor) {
  const std::string until = lifetime ? FormatTime(clock.Now() + *lifetime) : "";
  std::vector<LogField> fields = {{"old", LogLevelName(before)},
                                  {"new", LogLevelName(Effective(node))}};
  if (!node.configured) fields.emplace_back("inherited", true);
  if (lifetime) fields.emplace_back("until", until);
  fields.emplace_back("by", actor);
  sink.WriteAlways(node.logger, LogLevel::kWarn, "Log level changed", fields);
}

LoggerState LoggerRegistry::Impl::StateOf(const Node& node) const {
  LoggerState state{node.logger.name(), node.configured, Effective(node), std::nullopt};
  if (node.expiry) state.expires_in = node.expiry->at - clock.Monotonic();
  return state;
}

LoggerRegistry::LoggerRegistry(LoggerRegistryOptions options, const Clock& clock)
    : impl_(std::make_unique<Impl>(options, clock)) {}

LoggerRegistry::~LoggerRegistry() = default;

Logger& LoggerRegistry::Get(std::string_view name) {
  const MutexLock lock(impl_->mutex);
  return impl_->FindOrMake(name).logger;
}

Logger& LoggerRegistry::root() {
  return impl_->root.logger;
}

Status LoggerRegistry::Set(std::string_view name, std::optional<LogLevel> level,
                           std::optional<nanoseconds> lifetime, std::string_view actor) {
  if (lifetime && *lifetime <= nanoseconds(0)) {
    return {ErrorCode::kInvalid, "the lifetime of a level must be longer than nothing"};
  }
  if (lifetime) lifetime = std::min(*lifetime, kLongestLifetime);

  const MutexLock lock(impl_->mutex);
  impl_->ExpireLevels();
  Result<Node*> found = impl_->Find(name);
  if (!found) return std::move(found).status();
  Node& node = **found;
  const std::optional<LogLevel> configured_before = node.configured;
  const LogLevel before = Impl::Effective(node);
  const bool was_temporary = node.expiry.has_value();
  // A temporary level on top of another one: what was meant to stay is what comes back.
  const std::optional<LogLevel> lasting = was_temporary ? node.expiry->then : configured_before;
  node.expiry.reset();
  if (lifetime) node.expiry = Expiry{impl_->clock.Monotonic() + *lifetime, lasting};

  impl_->Configure(node, level);
  if (lifetime || was_temporary || node.configured != configured_before) {
    impl_->Announce(node, before, lifetime, actor);
  }
  return {};
}

std::vector<LoggerState> LoggerRegistry::States() {
  const MutexLock lock(impl_->mutex);
  impl_->ExpireLevels();
  std::vector<LoggerState> states = {impl_->StateOf(impl_->root)};
  for (const auto& [name, node] : impl_->nodes) states.push_back(impl_->StateOf(node));
  return states;
}

Result<LoggerState> LoggerRegistry::State(std::string_view name) {
  const MutexLock lock(impl_->mutex);
  impl_->ExpireLevels();
  Result<Node*> found = impl_->Find(name);
  if (!found) return std::move(found).status();
  return impl_->StateOf(**found);
}

void LoggerRegistry::VisitConfigured(
    FunctionRef<void(std::string_view name, LogLevel level)> visit) {
  const MutexLock lock(impl_->mutex);
  impl_->ExpireLevels();
  visit(impl_->root.logger.name(), *impl_->root.configured);
  for (const auto& [name, node] : impl_->nodes) {
    if (node.configured) visit(name, *node.configured);
  }
}

std::optional<MonotonicTime> LoggerRegistry::Tick() {
  const std::optional<MonotonicTime> counts = impl_->sink.Tick();
  const MutexLock lock(impl_->mutex);
  impl_->ExpireLevels();
  const std::optional<MonotonicTime> expiry = impl_->NextExpiry();
  if (!counts || !expiry) return counts ? counts : expiry;
  return std::min(*counts, *expiry);
}

}  // namespace hostpulse
