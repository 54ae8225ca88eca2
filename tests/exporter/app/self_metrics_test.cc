#include "exporter/self_metrics.h"

#include <gmock/gmock.h>

#include "core/metrics/text_encoder.h"
#include "tests/support/fake_clock.h"

namespace hostpulse {
namespace {

using testing::HasSubstr;

std::string Text(SelfMetrics& metrics) {
  std::string text;
  const Status status =
      metrics.Gather({}, [&](std::span<const FamilyView> families) { EncodeText(families, text); });
  EXPECT_TRUE(status.ok());
  return text;
}

TEST(SelfMetrics, TellsTheBuildAsNodeExporterDoes) {
  const FakeClock clock;
  SelfMetrics metrics(clock, [] { return 3; });
  const std::string text = Text(metrics);
  EXPECT_THAT(text, testing::ContainsRegex(
                        "node_exporter_build_info\\{branch=\"[^\"]*\",goarch=\"[^\"]*\",goos="
                        "\"linux\",goversion=\"[^\"]*\",revision=\"[^\"]*\",tags=\"[^\"]*\","
                        "version=\"[^\"]*\"\\} 1\n"));
  EXPECT_THAT(text, HasSubstr("hostpulse_build_info{"));
  EXPECT_THAT(text, HasSubstr("\nhostpulse_duplicate_samples_total 3\n"));
}

TEST(SelfMetrics, TellsHowTheLastReloadWent) {
  FakeClock clock;
  SelfMetrics metrics(clock, [] { return 0; });
  const std::string started = Text(metrics);
  EXPECT_THAT(started, HasSubstr("\nhostpulse_config_last_reload_successful 1\n"));

  clock.Advance(std::chrono::seconds(60));
  metrics.NoteReload(false);
  const std::string failed = Text(metrics);
  EXPECT_THAT(failed, HasSubstr("\nhostpulse_config_last_reload_successful 0\n"));
  const auto stamp = [](const std::string& text) {
    const std::string name = "\nhostpulse_config_last_reload_success_timestamp_seconds ";
    return std::stod(text.substr(text.find(name) + name.size()));
  };
  EXPECT_EQ(stamp(failed), stamp(started));

  metrics.NoteReload(true);
  EXPECT_EQ(stamp(Text(metrics)), stamp(started) + 60);
}

}  // namespace
}  // namespace hostpulse
