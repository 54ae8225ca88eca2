#include "exporter/live/figures.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include "core/metrics/metric_batch.h"
#include "exporter/live/live_json.h"

namespace hostpulse::live {
namespace {

using nlohmann::json;

constexpr MonotonicTime kAt{std::chrono::seconds(1000)};
constexpr WallTime kNow{std::chrono::seconds(1'800'000'000)};

class FiguresTest : public testing::Test {
 protected:
  FiguresTest() { batch_.Begin(); }

  Figures Read() {
    batch_.Finish();
    return ReadFigures(batch_.families(), kAt);
  }
  static json Json(const Figures& figures) {
    return json::parse(LiveJson(figures, http::StatusContent{}, kNow));
  }

  MetricBatch batch_;
};

TEST_F(FiguresTest, SumsTheModesOfAllCpus) {
  auto&& cpu = batch_.Family("node_cpu_seconds_total", "", kCounter);
  cpu.Add({{"cpu", "0"}, {"mode", "user"}}, 1);
  cpu.Add({{"cpu", "0"}, {"mode", "idle"}}, 10);
  cpu.Add({{"cpu", "1"}, {"mode", "user"}}, 2);
  cpu.Add({{"cpu", "1"}, {"mode", "idle"}}, 20);
  const Figures figures = Read();
  EXPECT_EQ(figures.cpus, 2);
  EXPECT_EQ(figures.cpu_seconds.at("user"), 3);
  EXPECT_EQ(figures.cpu_seconds.at("idle"), 30);
  EXPECT_EQ(figures.at, kAt);
}

TEST_F(FiguresTest, ReadsWhatDevicesDid) {
  batch_.Family("node_disk_read_bytes_total", "", kCounter).Add({{"device", "sda"}}, 1);
  batch_.Family("node_disk_written_bytes_total", "", kCounter).Add({{"device", "sda"}}, 2);
  batch_.Family("node_disk_io_time_seconds_total", "", kCounter).Add({{"device", "sda"}}, 3);
  batch_.Family("node_network_receive_bytes_total", "", kCounter).Add({{"device", "lo"}}, 4);
  batch_.Family("node_network_transmit_bytes_total", "", kCounter).Add({{"device", "lo"}}, 5);
  batch_.Family("node_network_mtu_bytes", "", kGauge).Add({{"device", "eth9"}}, 6);
  const Figures figures = Read();
  EXPECT_EQ(figures.disks.at("sda").read_bytes, 1);
  EXPECT_EQ(figures.disks.at("sda").written_bytes, 2);
  EXPECT_EQ(figures.disks.at("sda").busy_seconds, 3);
  ASSERT_EQ(figures.networks.size(), 1);
  EXPECT_EQ(figures.networks.at("lo").received_bytes, 4);
  EXPECT_EQ(figures.networks.at("lo").transmitted_bytes, 5);
}

TEST_F(FiguresTest, ReadsMemoryPressureLoadAndFilesystems) {
  batch_.Family("node_memory_MemTotal_bytes", "", kGauge).Add(100);
  batch_.Family("node_memory_MemAvailable_bytes", "", kGauge).Add(60);
  batch_.Family("node_memory_Cached_bytes", "", kGauge).Add(7);
  batch_.Family("node_memory_Buffers_bytes", "", kGauge).Add(2);
  batch_.Family("node_memory_SReclaimable_bytes", "", kGauge).Add(1);
  batch_.Family("node_pressure_io_waiting_seconds_total", "", kCounter).Add(1.5);
  batch_.Family("node_load5", "", kGauge).Add(0.5);
  batch_.Family("node_filesystem_size_bytes", "", kGauge)
      .Add({{"device", "/dev/sda1"}, {"mountpoint", "/"}}, 10);
  batch_.Family("node_filesystem_avail_bytes", "", kGauge)
      .Add({{"device", "/dev/sda1"}, {"mountpoint", "/"}}, 4);
  batch_.Family("node_filesystem_readonly", "", kGauge)
      .Add({{"device", "/dev/sda1"}, {"mountpoint", "/"}}, 1);
  const Figures figures = Read();
  EXPECT_EQ(figures.memory->total, 100);
  EXPECT_EQ(figures.memory->available, 60);
  EXPECT_EQ(figures.pressure->io, 1.5);
  EXPECT_EQ(figures.load->five_minutes, 0.5);
  ASSERT_EQ(figures.filesystems.size(), 1);
  EXPECT_EQ(figures.filesystems[0].size, 10);
  EXPECT_EQ(figures.filesystems[0].available, 4);
  EXPECT_TRUE(figures.filesystems[0].read_only);
  EXPECT_EQ(Json(figures)["figures"]["memory"]["cached"], 10);
}

TEST_F(FiguresTest, SaysNothingOfWhatWasNotCollected) {
  const json figures = Json(Read())["figures"];
  for (const char* part : {"memory", "pressure", "load", "filesystems"}) {
    EXPECT_FALSE(figures.contains(part)) << part;
  }
  EXPECT_TRUE(figures["disks"].empty());
  EXPECT_EQ(figures["cpus"], 0);
  EXPECT_EQ(figures["at"], 1e6);
}

TEST_F(FiguresTest, BeyondTwoHundredDevicesTheRestIsOne) {
  auto&& received = batch_.Family("node_network_receive_bytes_total", "", kCounter);
  for (int i = 0; i < 250; ++i) received.Add({{"device", "veth" + std::to_string(1000 + i)}}, 2);
  const json networks = Json(Read())["figures"]["networks"];
  EXPECT_EQ(networks.size(), 201);
  EXPECT_EQ(networks["(others)"]["received"], 100);
}

TEST(LiveJsonTest, TellsTheStatusWhateverItsTexts) {
  http::StatusContent content;
  content.uptime = std::chrono::seconds(90);
  content.why_not_change = "because";
  content.collectors = {{"cpu", "failed", http::StatusContent::Mood::kBad,
                         std::chrono::microseconds(1500), "odd \xFF byte and </script>"}};
  content.destinations = {{"primary", "starting", http::StatusContent::Mood::kQuiet}};
  content.loggers = {{"ROOT", "INFO", true}};
  const json live = json::parse(LiveJson({}, content, kNow));
  EXPECT_EQ(live["time"], 1.8e12);
  EXPECT_EQ(live["uptime"], 90);
  EXPECT_EQ(live["why_not_change"], "because");
  EXPECT_EQ(live["collectors"][0]["milliseconds"], 1.5);
  EXPECT_EQ(live["collectors"][0]["mood"], "bad");
  EXPECT_EQ(live["collectors"][0]["error"], "odd \xEF\xBF\xBD byte and </script>");
  EXPECT_EQ(live["destinations"][0]["state"], "starting");
  EXPECT_EQ(live["loggers"][0]["configured"], true);
}

}  // namespace
}  // namespace hostpulse::live
