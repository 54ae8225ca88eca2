#include "push/push_service.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "core/mutex.h"
#include "push/account.h"
#include "push/gateway/gateway_metrics.h"
#include "push/gateway/gateway_pusher.h"
#include "push/queue/disk_queue.h"
#include "push/queue/memory_queue.h"
#include "push/sender.h"
#include "push/service_metrics.h"

namespace hostpulse::push {
namespace {

void NameDestinations(PushOptions& options) {
  for (DestinationOptions& destination : options.destinations) {
    if (destination.name.empty()) {
      destination.name = DestinationName(destination.transport.url);
    }
  }
}

// All that is wrong with the options, a line each. They have their names.
Status Check(const PushOptions& options) {
  std::string problems;
  std::set<std::string_view> names;
  const auto add = [&](const DestinationOptions& destination, const std::string& problem) {
    problems += (problems.empty() ? "" : "\n") + destination.name + ": " + problem;
  };
  for (const DestinationOptions& destination : options.destinations) {
    for (const OptionProblem& problem : Validate(destination)) {
      add(destination, problem.key + ": " + problem.message);
    }
    if (!names.insert(destination.name).second) {
      add(destination, "name: given to more than one destination");
    }
  }
  if (options.gateway) {
    for (const OptionProblem& problem : Validate(options.gateway->transport)) {
      problems +=
          (problems.empty() ? "" : "\n") + ("gateway: " + problem.key) + ": " + problem.message;
    }
  }
  return problems.empty() ? Status() : Status(ErrorCode::kInvalid, problems);
}

class PushServiceImpl final : public PushService {
 public:
  PushServiceImpl(MetricSource& source, const Clock& clock, LoggerRegistry& loggers,
                  prometheus::Registry& registry)
      : source_(source), clock_(clock), loggers_(loggers), registry_(registry) {}
  ~PushServiceImpl() override { Stop(); }

  Status Reload(PushOptions options) override;
  void Stop() override;
  std::vector<DestinationReport> Report() const override;

 private:
  struct Destination {
    std::unique_ptr<Account> account;
    std::unique_ptr<Sender> sender;
  };

  void SetDestinations(const PushOptions& options);
  void SetGateway(const PushOptions& options);
  void StopSending();
  void MakeQueue(const PushOptions& options);
  void OpenQueue(const PushOptions& options);
  void Sample(const SamplerOptions& options);
  void StopSendersExcept(const PushOptions& options);
  void ForgetAllBut(const PushOptions& options);
  void StartSender(const DestinationOptions& options, const SamplerOptions& sampler);
  void Publish(const SamplerStats& sampler);

  MetricSource& source_;
  const Clock& clock_;
  LoggerRegistry& loggers_;
  prometheus::Registry& registry_;

  // Of the main thread, in the order in which they use one another.
  PushOptions options_;
  std::unique_ptr<ServiceMetrics> metrics_;
  std::unique_ptr<AccountFamilies> families_;
  std::unique_ptr<GatewayMetrics> gateway_metrics_;
  std::unique_ptr<Queue> queue_;

  mutable Mutex mutex_;  // The sampler's thread and whoever asks for a report read these, too.
  std::map<std::string, Destination, std::less<>> destinations_ HOSTPULSE_GUARDED_BY(mutex_);
  std::unique_ptr<GatewayPusher> gateway_ HOSTPULSE_GUARDED_BY(mutex_);

  std::unique_ptr<Sampler> sampler_;
};

// A destination goes on as it is where neither its own settings nor the sampler's changed.
bool GoesOn(const DestinationOptions& destination, const PushOptions& before,
            const PushOptions& after) {
  const auto& wanted = after.destinations;
  return before.sampler == after.sampler &&
         std::find(wanted.begin(), wanted.end(), destination) != wanted.end();
}

bool IsNamed(const PushOptions& options, const std::string& name) {
  const auto same = [&](const DestinationOptions& one) { return one.name == name; };
  return std::any_of(options.destinations.begin(), options.destinations.end(), same);
}

Status PushServiceImpl::Reload(PushOptions options) {
  NameDestinations(options);
  if (Status status = Check(options); !status.ok()) return status;
  SetDestinations(options);
  SetGateway(options);
  options_ = std::move(options);
  return {};
}

void PushServiceImpl::SetDestinations(const PushOptions& options) {
  if (options.destinations.empty()) {
    if (queue_ != nullptr) {
      StopSendersExcept(options);
      ForgetAllBut(options);
    }
    StopSending();
    return;
  }
  MakeQueue(options);
  StopSendersExcept(options);
  ForgetAllBut(options);
  for (const DestinationOptions& destination : options.destinations) {
    StartSender(destination, options.sampler);
  }
  Sample(options.sampler);
}

void PushServiceImpl::MakeQueue(const PushOptions& options) {
  if (metrics_ == nullptr) {
    metrics_ = std::make_unique<ServiceMetrics>(registry_);
    families_ = std::make_unique<AccountFamilies>(registry_);
  }
  if (queue_ == nullptr) {
    OpenQueue(options);
  } else {
    queue_->SetOptions(options.queue);
  }
}

// A directory that cannot be used must not keep anything from being pushed: but then a restart
// loses what was not sent.
void PushServiceImpl::OpenQueue(const PushOptions& options) {
  Logger& log = loggers_.Get("queue");
  auto on_disk = DiskQueue::Open(options.queue, clock_, log);
  metrics_->SetOnDisk(on_disk.ok());
  if (on_disk.ok()) {
    queue_ = std::move(on_disk).value();
  } else {
    log.Error("the queue is in memory: a restart loses what was not sent",
              {{"error", on_disk.status().message()}});
    queue_ = std::make_unique<MemoryQueue>(options.queue, clock_, log);
  }
  for (const std::string& name : queue_->Destinations()) {
    if (IsNamed(options, name)) continue;
    log.Info("place of a destination given up that is no longer configured",
             {{"destination", name}});
    queue_->Forget(name);
  }
}

void PushServiceImpl::Sample(const SamplerOptions& options) {
  if (sampler_ != nullptr) {
    if (options != options_.sampler) sampler_->Reconfigure(options);
    return;
  }
  sampler_ = std::make_unique<Sampler>(options, source_, *queue_, clock_, loggers_.Get("push"),
                                       [this](const SamplerStats& stats) { Publish(stats); });
  sampler_->Start();
}

// They stop side by side, and nobody waits for the mutex meanwhile.
void PushServiceImpl::StopSendersExcept(const PushOptions& options) {
  std::map<std::string, std::unique_ptr<Sender>> stopping;
  {
    MutexLock lock(mutex_);
    for (auto& [name, destination] : destinations_) {
      if (GoesOn(destination.sender->options(), options_, options)) continue;
      destination.sender->BeginStop();
      stopping.emplace(name, std::move(destination.sender));
    }
  }
  for (auto& [name, sender] : stopping) sender->Stop();
  for (auto& [name, sender] : stopping) sender.reset();
}

// Of destinations that are no longer configured.
void PushServiceImpl::ForgetAllBut(const PushOptions& options) {
  MutexLock lock(mutex_);
  std::erase_if(destinations_, [&](const auto& destination) {
    if (IsNamed(options, destination.first)) return false;
    queue_->Forget(destination.first);
    return true;
  });
}

void PushServiceImpl::StartSender(const DestinationOptions& options,
                                  const SamplerOptions& sampler) {
  MutexLock lock(mutex_);
  Destination& destination = destinations_[options.name];
  if (destination.sender != nullptr) return;
  if (destination.account == nullptr) {
    destination.account = std::make_unique<Account>(*families_, options.name);
  }
  Logger& log = loggers_.Get(DestinationLoggerName(options.name));
  SenderTiming timing;
  timing.collection_interval = sampler.interval;
  // Its rules were compiled by Check without complaint.
  destination.sender = std::make_unique<Sender>(
      options, Relabeler::Compile(options.write_relabel_configs).value(), AddedLabels(sampler),
      queue_->Open(options.name), timing, clock_, log, *destination.account);
  destination.sender->Start();
  log.Info("pushing", {{"url", RedactedUrl(options.transport.url)}});
}

// One that goes on with the same group takes it over as it is.
void PushServiceImpl::SetGateway(const PushOptions& options) {
  GatewayPusherOptions wanted;
  if (options.gateway) {
    wanted = {*options.gateway, options.sampler.interval, AddedLabels(options.sampler)};
  }
  std::unique_ptr<GatewayPusher> before;
  {
    MutexLock lock(mutex_);
    if (gateway_ != nullptr && options.gateway && gateway_->options() == wanted) return;
    before = std::move(gateway_);
  }
  if (before != nullptr) {
    const GatewayPusherOptions& had = before->options();
    before->Stop(options.gateway && had.group == wanted.group &&
                 had.gateway.transport.url == wanted.gateway.transport.url);
  }
  if (!options.gateway) return;
  if (gateway_metrics_ == nullptr) gateway_metrics_ = std::make_unique<GatewayMetrics>(registry_);
  Logger& log = loggers_.Get("push.gateway");
  log.Info("pushing", {{"url", RedactedUrl(wanted.gateway.transport.url)}});
  MutexLock lock(mutex_);
  gateway_ =
      std::make_unique<GatewayPusher>(std::move(wanted), source_, clock_, log, *gateway_metrics_);
  gateway_->Start();
}

void PushServiceImpl::Stop() {
  std::unique_ptr<GatewayPusher> gateway;
  {
    MutexLock lock(mutex_);
    gateway = std::move(gateway_);
  }
  if (gateway != nullptr) gateway->BeginStop();
  StopSending();
  if (gateway != nullptr) gateway->Stop();
}

// The sampler may be in the middle of a collection: the senders' last attempt goes on beside it.
void PushServiceImpl::StopSending() {
  if (sampler_ != nullptr) sampler_->BeginStop();
  StopSendersExcept({});
  {
    MutexLock lock(mutex_);
    destinations_.clear();
  }
  sampler_.reset();
  queue_.reset();
}

std::vector<DestinationReport> PushServiceImpl::Report() const {
  std::vector<DestinationReport> reports;
  MutexLock lock(mutex_);
  for (const auto& [name, destination] : destinations_) {
    if (destination.sender != nullptr) reports.push_back(destination.sender->Report());
  }
  if (gateway_ != nullptr) reports.push_back(gateway_->Report());
  return reports;
}

void PushServiceImpl::Publish(const SamplerStats& sampler) {
  metrics_->Publish(sampler, queue_->Stats());
  MutexLock lock(mutex_);
  for (auto& [name, destination] : destinations_) {
    if (destination.sender != nullptr) destination.sender->Publish();
  }
}

}  // namespace

Result<std::unique_ptr<PushService>> PushService::Create(PushOptions options, MetricSource& source,
                                                         const Clock& clock,
                                                         LoggerRegistry& loggers,
                                                         prometheus::Registry& registry) {
  std::unique_ptr<PushService> service =
      std::make_unique<PushServiceImpl>(source, clock, loggers, registry);
  if (Status status = service->Reload(std::move(options)); !status.ok()) return status;
  return service;
}

}  // namespace hostpulse::push
