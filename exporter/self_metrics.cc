#include "exporter/self_metrics.h"

#include <utility>

#include "core/version.h"
#include "exporter/config/help.h"

namespace hostpulse {
namespace {

// Dashboards and alerts that were made for node_exporter look for this name and these labels.
constexpr MetricDesc kNodeExporterBuild = {
    "node_exporter_build_info", kGauge, "branch,goarch,goos,goversion,revision,tags,version", "",
    "Always 1; the labels say which build this is, as node_exporter has them."};
constexpr MetricDesc kBuild = {"hostpulse_build_info", kGauge, "branch,compiler,revision,version",
                               "", "Always 1; the labels say which build this is."};
constexpr MetricDesc kReloadSuccessful = {
    "hostpulse_config_last_reload_successful", kGauge, "", "",
    "Whether the last attempt to load the configuration worked."};
constexpr MetricDesc kReloadTimestamp = {
    "hostpulse_config_last_reload_success_timestamp_seconds", kGauge, "", "seconds",
    "When the configuration in force was loaded, in Unix time."};
constexpr MetricDesc kDuplicates = {
    "hostpulse_duplicate_samples_total", kCounter, "", "",
    "Samples of collectors that were left out for repeating a series of the same scrape."};

double UnixSeconds(const Clock& clock) {
  return ToSeconds(clock.Now().time_since_epoch());
}

}  // namespace

SelfMetrics::SelfMetrics(const Clock& clock, std::function<std::uint64_t()> duplicates)
    : clock_(clock), duplicates_(std::move(duplicates)), last_success_(UnixSeconds(clock)) {}

void SelfMetrics::NoteReload(bool successful) {
  MutexLock lock(mutex_);
  last_successful_ = successful;
  if (successful) last_success_ = UnixSeconds(clock_);
}

void SelfMetrics::Fill() {
  batch_.Begin();
  batch_.Family(kNodeExporterBuild)
      .Add({{"branch", kBranch},
            {"goarch", config::kArchitecture},
            {"goos", "linux"},
            {"goversion", kCompiler},
            {"revision", kRevision},
            {"tags", "hostpulse"},
            {"version", kVersion}},
           1);
  batch_.Family(kBuild).Add({{"branch", kBranch},
                             {"compiler", kCompiler},
                             {"revision", kRevision},
                             {"version", kVersion}},
                            1);
  batch_.Family(kReloadSuccessful).Add(last_successful_ ? 1 : 0);
  batch_.Family(kReloadTimestamp).Add(last_success_);
  batch_.Family(kDuplicates).Add(static_cast<double>(duplicates_()));
  batch_.Finish();
}

Status SelfMetrics::Gather(const GatherFilter&, FamilyVisitor visit) {
  MutexLock lock(mutex_);
  Fill();
  visit(batch_.families());
  return {};
}

}  // namespace hostpulse
