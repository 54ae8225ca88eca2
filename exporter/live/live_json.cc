#include "exporter/live/live_json.h"

#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

namespace hostpulse::live {
namespace {

using http::StatusContent;
using nlohmann::json;

constexpr std::size_t kMaxDevices = 200;

template <typename Duration>
double Milliseconds(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

void Sum(json& into, const json& from) {
  for (const auto& [key, value] : from.items()) {
    into[key] = into.value(key, 0.0) + value.get<double>();
  }
}

template <typename Devices, typename ToJson>
json DevicesJson(const Devices& devices, ToJson to_json) {
  json out = json::object();
  json others = json::object();
  for (const auto& [name, device] : devices) {
    if (out.size() < kMaxDevices) {
      out[name] = to_json(device);
    } else {
      Sum(others, to_json(device));
    }
  }
  if (!others.empty()) out["(others)"] = std::move(others);
  return out;
}

json MemoryJson(const Figures::Memory& memory) {
  return {{"total", memory.total},
          {"free", memory.free},
          {"available", memory.available},
          {"cached", memory.buffers + memory.cached + memory.reclaimable},
          {"swap_total", memory.swap_total},
          {"swap_free", memory.swap_free}};
}

json FilesystemsJson(const std::vector<Figures::Filesystem>& filesystems) {
  json out = json::array();
  for (const Figures::Filesystem& each : filesystems) {
    if (each.size <= 0) continue;
    out.push_back({{"device", each.device},
                   {"mountpoint", each.mountpoint},
                   {"size", each.size},
                   {"available", each.available},
                   {"read_only", each.read_only}});
  }
  return out;
}

json FiguresJson(const Figures& figures) {
  json out = {{"at", Milliseconds(figures.at.time_since_epoch())},
              {"cpus", figures.cpus},
              {"cpu", figures.cpu_seconds}};
  if (figures.memory) out["memory"] = MemoryJson(*figures.memory);
  if (const auto& pressure = figures.pressure) {
    out["pressure"] = {{"cpu", pressure->cpu}, {"io", pressure->io}, {"memory", pressure->memory}};
  }
  if (const auto& load = figures.load) {
    out["load"] = {load->minute, load->five_minutes, load->fifteen_minutes};
  }
  out["disks"] = DevicesJson(figures.disks, [](const Figures::Disk& disk) -> json {
    return {
        {"read", disk.read_bytes}, {"written", disk.written_bytes}, {"busy", disk.busy_seconds}};
  });
  out["networks"] = DevicesJson(figures.networks, [](const Figures::Network& network) -> json {
    return {{"received", network.received_bytes}, {"transmitted", network.transmitted_bytes}};
  });
  if (!figures.filesystems.empty()) out["filesystems"] = FilesystemsJson(figures.filesystems);
  return out;
}

std::string_view MoodName(StatusContent::Mood mood) {
  switch (mood) {
    case StatusContent::Mood::kGood:
      return "good";
    case StatusContent::Mood::kQuiet:
      return "quiet";
    case StatusContent::Mood::kBad:
      return "bad";
  }
  return "quiet";
}

json StatusJson(const StatusContent& content) {
  json out = {{"uptime", content.uptime.count()},
              {"why_not_change", content.why_not_change},
              {"collectors", json::array()},
              {"destinations", json::array()},
              {"loggers", json::array()}};
  for (const auto& collector : content.collectors) {
    out["collectors"].push_back({{"name", collector.name},
                                 {"state", collector.state},
                                 {"mood", MoodName(collector.mood)},
                                 {"milliseconds", Milliseconds(collector.duration)},
                                 {"error", collector.error}});
  }
  for (const auto& destination : content.destinations) {
    out["destinations"].push_back({{"name", destination.name},
                                   {"state", destination.state},
                                   {"mood", MoodName(destination.mood)}});
  }
  for (const auto& logger : content.loggers) {
    out["loggers"].push_back(
        {{"name", logger.name}, {"level", logger.level}, {"configured", logger.configured}});
  }
  return out;
}

}  // namespace

std::string LiveJson(const Figures& figures, const StatusContent& content, WallTime now) {
  json out = StatusJson(content);
  out["time"] = Milliseconds(now.time_since_epoch());
  out["figures"] = FiguresJson(figures);
  // Texts are valid UTF-8 wherever they come from a metric; of an error message nobody knows.
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace hostpulse::live
