#include "collectors/rpc_statistics.h"

#include <algorithm>
#include <array>
#include <utility>

#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr auto kNfs2 = std::to_array<std::string_view>(
    {"Null", "GetAttr", "SetAttr", "Root", "Lookup", "ReadLink", "Read", "WrCache", "Write",
     "Create", "Remove", "Rename", "Link", "SymLink", "MkDir", "RmDir", "ReadDir", "FsStat"});

constexpr auto kNfs3 = std::to_array<std::string_view>(
    {"Null",    "GetAttr",     "SetAttr", "Lookup", "Access",   "ReadLink", "Read",   "Write",
     "Create",  "MkDir",       "SymLink", "MkNod",  "Remove",   "RmDir",    "Rename", "Link",
     "ReadDir", "ReadDirPlus", "FsStat",  "FsInfo", "PathConf", "Commit"});

}  // namespace

std::span<const std::string_view> Nfs2Methods() {
  return kNfs2;
}

std::span<const std::string_view> Nfs3Methods() {
  return kNfs3;
}

RpcStatistics::RpcStatistics(std::string path, kernel::DescriptorBudget& budget,
                             std::span<const RpcLine> lines)
    : file_(std::move(path), budget), lines_(lines), values_(lines.size()) {}

Status RpcStatistics::Read() {
  const auto text = file_.Read();
  if (!text) return text.status();
  for (auto& values : values_) values.clear();
  kernel::LineScanner lines(*text);
  for (std::string_view line; lines.Next(line);) {
    if (Status status = ReadLine(line); !status) return status;
  }
  return {};
}

Status RpcStatistics::ReadLine(std::string_view line) {
  kernel::FieldScanner fields(line);
  const std::string_view key = fields.Next();
  const auto known =
      std::find_if(lines_.begin(), lines_.end(), [key](const RpcLine& l) { return l.key == key; });
  if (known == lines_.end()) return {};

  auto& values = values_[static_cast<std::size_t>(known - lines_.begin())];
  values.clear();
  while (values.size() < known->most) {
    const std::string_view field = fields.Next();
    if (field.empty()) break;
    const auto value = kernel::ParseNumber<std::uint64_t>(field);
    if (!value) return kernel::ParseError(file_.path(), field, line);
    values.push_back(*value);
  }
  if (values.size() < known->fewest || (known->counted && values[0] != values.size() - 1)) {
    return kernel::ParseError(file_.path(), "the number of values", line);
  }
  return {};
}

double RpcStatistics::Value(std::size_t line, std::size_t column) const {
  const auto& values = values_[line];
  return column < values.size() ? static_cast<double>(values[column]) : 0;
}

void RpcStatistics::Add(std::span<const RpcValue> values, MetricBatch& out) const {
  for (const RpcValue& value : values) {
    const std::span<const LabelView> labels(&value.label, value.label.name.empty() ? 0 : 1);
    out.Family(*value.metric).Add(labels, Value(value.line, value.column));
  }
}

void RpcStatistics::Add(std::span<const RpcMethods> methods, const MetricDesc& requests,
                        MetricBatch& out) const {
  FamilyBuilder& family = out.Family(requests);
  for (const RpcMethods& version : methods) {
    for (std::size_t i = 0; i < version.names.size(); ++i) {
      if (version.names[i].empty()) continue;
      family.Add({{"method", version.names[i]}, {"proto", version.version}},
                 Value(version.line, version.column + i));
    }
  }
}

}  // namespace hostpulse::collectors
