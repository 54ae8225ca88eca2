#include "collectors/protocol_table.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <utility>

#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kPrefix = "node_netstat_";

// Counters are unsigned; a few settings, like Tcp_MaxConn, are -1.
std::optional<double> ParseCounter(std::string_view text) {
  if (text.starts_with('-')) {
    const auto value = kernel::ParseNumber<std::int64_t>(text);
    return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
  }
  const auto value = kernel::ParseNumber<std::uint64_t>(text);
  return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
}

bool IsMetricName(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

}  // namespace

ProtocolTable::ProtocolTable(std::string path, kernel::DescriptorBudget& budget,
                             const Pattern& wanted)
    : file_(std::move(path), budget, kernel::FileKind::kSingle), wanted_(wanted) {}

Status ProtocolTable::Add(MetricBatch& out) {
  const auto text = file_.Read();
  if (!text) return text.status();
  return AddText(*text, out);
}

Status ProtocolTable::AddText(std::string_view text, MetricBatch& out) {
  kernel::LineScanner lines(text);
  std::string_view names;
  for (std::size_t i = 0; lines.Next(names); ++i) {
    if (i == headings_.size()) headings_.emplace_back();
    Heading& heading = headings_[i];
    if (heading.text != names && !Rebuild(names, heading)) {
      return kernel::ParseError(file_.path(), "heading", names);
    }
    std::string_view values;
    lines.Next(values);
    if (Status status = AddValues(heading, values, out); !status) return status;
  }
  return {};
}

// False where the text is no heading; then it will be looked at anew.
bool ProtocolTable::Rebuild(std::string_view text, Heading& heading) const {
  heading = {};
  kernel::FieldScanner fields(text);
  std::string_view protocol = fields.Next();
  if (!protocol.ends_with(':')) return false;
  protocol.remove_suffix(1);
  std::string name;
  std::size_t index = 1;
  for (std::string_view field = fields.Next(); !field.empty(); field = fields.Next(), ++index) {
    name.assign(protocol).append("_").append(field);
    if (!wanted_.Matches(name)) continue;
    if (!IsMetricName(name)) return false;
    heading.wanted.push_back({index, std::string(kPrefix) + name});
  }
  heading.fields = index;
  heading.text.assign(text);
  return true;
}

Status ProtocolTable::AddValues(const Heading& heading, std::string_view line,
                                MetricBatch& out) const {
  kernel::FieldScanner fields(line);
  const std::string_view protocol = fields.Next();
  if (protocol != std::string_view(heading.text).substr(0, protocol.size()) ||
      !protocol.ends_with(':')) {
    return kernel::ParseError(file_.path(), "the values below " + heading.text, line);
  }
  std::size_t index = 1;
  auto column = heading.wanted.begin();
  for (std::string_view field = fields.Next(); !field.empty(); field = fields.Next(), ++index) {
    if (column == heading.wanted.end() || column->index != index) continue;
    const auto value = ParseCounter(field);
    if (!value) return kernel::ParseError(file_.path(), column->metric, line);
    out.Family(column->metric, kProtocolHelp, kUntyped).Add(*value);
    ++column;
  }
  if (index == heading.fields) return {};
  return kernel::ParseError(file_.path(), "a value for each name", line);
}

ProtocolList::ProtocolList(std::string path, kernel::DescriptorBudget& budget,
                           const Pattern& wanted)
    : file_(std::move(path), budget, kernel::FileKind::kSingle), wanted_(wanted) {}

Status ProtocolList::Add(MetricBatch& out) {
  const auto text = file_.TryRead();
  if (!text && file_.last_errno() == ENOENT) return {};
  if (!text) return kernel::ErrnoStatus(file_.path(), "read", file_.last_errno());
  kernel::LineScanner lines(*text);
  std::string_view row;
  for (std::size_t i = 0; lines.Next(row); ++i) {
    kernel::FieldScanner fields(row);
    const std::string_view key = fields.Next();
    if (i == lines_.size()) lines_.emplace_back();
    Line& line = lines_[i];
    if (line.key != key && !Rebuild(key, line)) {
      return kernel::ParseError(file_.path(), "name", row);
    }
    if (line.metric.empty()) continue;
    const auto value = ParseCounter(fields.Next());
    if (!value) return kernel::ParseError(file_.path(), line.metric, row);
    out.Family(line.metric, kProtocolHelp, kUntyped).Add(*value);
  }
  return {};
}

// "Ip6InReceives" is InReceives of Ip6; what has no 6 in it is no protocol of IPv6.
bool ProtocolList::Rebuild(std::string_view key, Line& line) const {
  line = {};
  const std::size_t six = key.find('6');
  if (six != key.npos) {
    std::string name(key.substr(0, six + 1));
    name.append("_").append(key.substr(six + 1));
    if (wanted_.Matches(name)) {
      if (!IsMetricName(name)) return false;
      line.metric.assign(kPrefix).append(name);
    }
  }
  line.key.assign(key);
  return true;
}

}  // namespace hostpulse::collectors
