#include <cstdio>
#include <nlohmann/json.hpp>

#include "core/duration.h"
#include "exporter/commands/queue.h"
#include "push/queue/log_check.h"

namespace hostpulse::commands {
namespace {

using push::BacklogSummary;
using push::LogCheck;
using push::LogSummary;

double BytesPerSample(const LogSummary& summary) {
  return summary.samples == 0
             ? 0
             : static_cast<double>(summary.bytes) / static_cast<double>(summary.samples);
}

std::string Age(std::int64_t oldest_ms) {
  if (oldest_ms == 0) return "-";
  const std::int64_t age_ms = ToUnixMillis(SystemClock().Now()) - oldest_ms;
  return FormatDuration(std::chrono::seconds(std::max<std::int64_t>(0, age_ms / 1000)));
}

void Row(const char* name, const std::string& value) {
  std::printf("%-20s %s\n", name, value.c_str());
}

void PrintTable(const push::LogView& view, const LogCheck& check) {
  const LogSummary& summary = check.summary;
  Row("directory", view.directory().path());
  Row("in use", view.locked() ? "yes, a hostpulse has it open" : "no");
  Row("bytes", std::to_string(summary.bytes));
  Row("segments", std::to_string(summary.segments));
  Row("collections", std::to_string(summary.collections));
  Row("samples", std::to_string(summary.samples));
  std::array<char, 32> per_sample{};
  std::snprintf(per_sample.data(), per_sample.size(), "%.3f", BytesPerSample(summary));
  Row("bytes a sample", per_sample.data());
  Row("first", ShowTime(summary.first_ms));
  Row("last", ShowTime(summary.last_ms));
  Row("series", std::to_string(summary.living));
  Row("foreign files", std::to_string(view.foreign_files()));
  Row("damage", check.findings.empty() ? "none" : "see hostpulse queue verify");
  std::printf("\n%-24s %20s %14s %14s %s\n", "DESTINATION", "ACKNOWLEDGED", "COLLECTIONS",
              "SAMPLES", "OLDEST");
  for (const BacklogSummary& backlog : check.backlogs) {
    std::printf("%-24s %20llu %14llu %14llu %s\n", backlog.destination.c_str(),
                static_cast<unsigned long long>(backlog.acked),
                static_cast<unsigned long long>(backlog.collections),
                static_cast<unsigned long long>(backlog.samples), Age(backlog.oldest_ms).c_str());
  }
}

void PrintJson(const push::LogView& view, const LogCheck& check) {
  const LogSummary& summary = check.summary;
  nlohmann::ordered_json out = {{"directory", view.directory().path()},
                                {"in_use", view.locked()},
                                {"bytes", summary.bytes},
                                {"segments", summary.segments},
                                {"collections", summary.collections},
                                {"samples", summary.samples},
                                {"bytes_per_sample", BytesPerSample(summary)},
                                {"first_timestamp_ms", summary.first_ms},
                                {"last_timestamp_ms", summary.last_ms},
                                {"series", summary.living},
                                {"foreign_files", view.foreign_files()},
                                {"findings", check.findings.size()},
                                {"destinations", nlohmann::ordered_json::array()}};
  for (const BacklogSummary& backlog : check.backlogs) {
    out["destinations"].push_back({{"name", backlog.destination},
                                   {"acknowledged_sequence", backlog.acked},
                                   {"collections", backlog.collections},
                                   {"samples", backlog.samples},
                                   {"oldest_timestamp_ms", backlog.oldest_ms}});
  }
  const auto replace = nlohmann::ordered_json::error_handler_t::replace;
  std::printf("%s\n", out.dump(2, ' ', false, replace).c_str());
}

}  // namespace

int QueueStat(const QueueRequest& request) {
  const LogCheck check = push::CheckLog(*request.view);
  request.json ? PrintJson(*request.view, check) : PrintTable(*request.view, check);
  return std::fflush(stdout) == 0 ? 0 : 1;
}

}  // namespace hostpulse::commands
