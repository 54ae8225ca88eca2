#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string_view>

#include "collectors/collector.h"
#include "exporter/commands/commands.h"
#include "exporter/config/flag_table.h"
#include "exporter/config/help.h"

namespace hostpulse::commands {
namespace {

using collectors::CollectorSpec;
using collectors::FlagSpec;
using Json = nlohmann::ordered_json;

Json Labels(std::string_view text) {
  Json labels = Json::array();
  while (!text.empty()) {
    const std::string_view label = text.substr(0, text.find(','));
    labels.push_back(std::string(label));
    text.remove_prefix(std::min(text.size(), label.size() + 1));
  }
  return labels;
}

Json Describe(const CollectorSpec& spec) {
  Json flags = Json::array();
  for (const FlagSpec& flag : spec.flags) {
    if (!flag.hidden) flags.push_back("--" + std::string(flag.name));
  }
  Json metrics = Json::array();
  for (const MetricDesc& metric : spec.metrics) {
    metrics.push_back({{"name", metric.name},
                       {"type", TypeName(metric.type)},
                       {"labels", Labels(metric.labels)},
                       {"unit", metric.unit},
                       {"help", metric.help}});
  }
  return {{"name", spec.name},
          {"default", spec.on_by_default},
          {"flags", std::move(flags)},
          {"metrics", std::move(metrics)}};
}

std::string_view TitleOf(config::Section section) {
  const auto sections = config::Sections();
  return std::ranges::find(sections, section, &config::SectionTitle::section)->title;
}

Json Describe(const config::Flag& flag) {
  return {{"name", "--" + flag.name},
          {"section", TitleOf(flag.section)},
          {"boolean", flag.boolean()},
          {"default", flag.default_value},
          {"repeatable", flag.repeatable},
          {"key", config::FileKeyOf(flag)},
          {"environment", flag.env},
          {"commands", flag.commands},
          {"alias_of", flag.alias_of.empty() ? "" : "--" + flag.alias_of},
          {"hidden", flag.hidden},
          {"help", config::Description(flag)}};
}

// Pads `text` to `width` and two spaces.
void AppendCell(std::string& out, std::string_view text, std::size_t width) {
  out.append(text).append(width - text.size() + 2, ' ');
}

void AppendMetrics(std::string& out, std::span<const MetricDesc> metrics) {
  std::size_t name = 0;
  std::size_t labels = 0;
  for (const MetricDesc& metric : metrics) {
    name = std::max(name, metric.name.size());
    labels = std::max(labels, metric.labels.size());
  }
  for (const MetricDesc& metric : metrics) {
    out += "  ";
    AppendCell(out, metric.name, name);
    AppendCell(out, TypeName(metric.type), std::string_view("histogram").size());
    AppendCell(out, metric.labels, labels);
    out.append(metric.help).append("\n");
  }
}

}  // namespace

std::string DescribeJson() {
  Json all = Json::array();
  for (const CollectorSpec* spec : collectors::CollectorTable()) all.push_back(Describe(*spec));
  Json flags = Json::array();
  const config::FlagTable table;
  for (const config::Flag& flag : table.flags()) flags.push_back(Describe(flag));
  return Json{{"collectors", std::move(all)}, {"flags", std::move(flags)}}.dump() + "\n";
}

std::string DescribeTable() {
  std::string out;
  for (const CollectorSpec* spec : collectors::CollectorTable()) {
    out.append(spec->name).append(spec->on_by_default ? " (on): " : " (off): ");
    out.append(spec->help).append("\n");
    for (const FlagSpec& flag : spec->flags) {
      if (flag.hidden) continue;
      out.append("  --").append(flag.name).append("=\"").append(flag.default_value).append("\"  ");
      out.append(flag.help).append("\n");
    }
    AppendMetrics(out, spec->metrics);
    out += "\n";
  }
  return out;
}

int Describe(bool json) {
  const std::string text = json ? DescribeJson() : DescribeTable();
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() ? 0 : 1;
}

}  // namespace hostpulse::commands
