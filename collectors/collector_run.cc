#include "collectors/collector_run.h"

#include <exception>
#include <utility>

namespace hostpulse::collectors {
namespace {

// A message without the line that a parse error quotes: its numbers change with every collection,
// the failure does not.
std::string_view Gist(std::string_view message) {
  return message.substr(0, message.find(" in \""));
}

bool SameFailure(const Status& a, const Status& b) {
  return a.code() == b.code() && Gist(a.message()) == Gist(b.message());
}

}  // namespace

CollectorRun::CollectorRun(const CollectorSpec& spec, std::shared_ptr<CollectorGround> ground,
                           std::unique_ptr<Collector> collector, const Clock& clock, Logger& log)
    : spec_(spec),
      ground_(std::move(ground)),
      collector_(std::move(collector)),
      clock_(clock),
      log_(log),
      may_block_(spec.may_block && collector_->MayBlock()) {}

Status CollectorRun::Collect() {
  try {
    return collector_->Collect(batch_);
  } catch (const std::exception& error) {
    return {ErrorCode::kIo, std::string("exception: ") + error.what()};
  } catch (...) {
    return {ErrorCode::kIo, "unknown exception"};
  }
}

void CollectorRun::Run() {
  const MonotonicTime start = clock_.Monotonic();
  batch_.Begin();
  result_.status = Collect();
  batch_.Finish();
  result_.duration = clock_.Monotonic() - start;
}

void CollectorRun::Accept() {
  outcome_ = std::move(result_);
  missed_ = false;
  may_block_ = spec_.may_block && collector_->MayBlock();
}

void CollectorRun::Miss(std::string_view why, std::chrono::nanoseconds waited) {
  outcome_ = {Status(ErrorCode::kTimeout, std::string(why)), waited};
  missed_ = true;
  may_block_ = spec_.may_block;  // The collector may still be running: it cannot be asked.
}

std::span<const FamilyView> CollectorRun::families() const {
  return missed_ ? std::span<const FamilyView>() : batch_.families();
}

void CollectorRun::LogOutcome() {
  const Status& status = outcome_.status;
  if (status.ok()) {
    if (!logged_.ok()) log_.Info("collector works again");
    if (!logged_.ok()) logged_ = Status();
    return;
  }
  if (status.code() == ErrorCode::kAbsent) {
    log_.Debug("collector found nothing of its kind", {{"reason", status.message()}});
    return;
  }
  if (SameFailure(status, logged_)) return;
  logged_ = status;
  if (status.code() == ErrorCode::kPermission) {
    log_.Warn("collector may not read", {{"error", status.message()}});
  } else {
    log_.Error("collector failed", {{"error", status.message()}});
  }
}

}  // namespace hostpulse::collectors
