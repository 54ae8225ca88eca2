#include "collectors/zfs_kstat.h"

#include <cstdint>
#include <optional>

#include "collectors/kernel/kernel_file.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kInt64 = "3";
constexpr std::string_view kUint64 = "4";

bool IsHeading(std::string_view line) {
  kernel::FieldScanner fields(line);
  return fields.Next() == "name" && fields.Next() == "type" && fields.Next() == "data" &&
         fields.Next().empty();
}

template <std::integral Integer>
std::optional<double> Number(std::string_view text) {
  const auto value = kernel::ParseNumber<Integer>(text);
  return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
}

std::string MetricName(std::string_view prefix, std::string_view row) {
  std::string name(prefix);
  for (const char c : row) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    name += fits ? c : '_';
  }
  return name;
}

}  // namespace

Status VisitKstat(std::string_view text, std::string_view path,
                  FunctionRef<Status(const KstatRow&)> visit) {
  kernel::LineScanner lines(text);
  std::string_view line;
  do {
    if (!lines.Next(line)) return kernel::ParseError(path, "heading", text);
  } while (!IsHeading(line));
  for (std::size_t position = 0; lines.Next(line); ++position) {
    kernel::FieldScanner fields(line);
    const std::string_view name = fields.Next();
    const std::string_view type = fields.Next();
    const std::string_view data = kernel::Trim(fields.rest());
    if (data.empty()) continue;
    if (Status status = visit({position, line, name, type, data}); !status) return status;
  }
  return {};
}

void KstatFamilies::Begin() {
  for (Column& column : columns_) column.family = nullptr;
}

FamilyBuilder& KstatFamilies::Find(std::size_t position, std::string_view name, MetricBatch& out) {
  if (position >= columns_.size()) columns_.resize(position + 1);
  Column& column = columns_[position];
  if (column.name != name) {
    column.name = name;
    column.metric = MetricName(kstat_.prefix, name);
    column.family = nullptr;
  }
  if (column.family == nullptr) {
    column.family = &out.Family(column.metric, kstat_.help, kUntyped);
  }
  return *column.family;
}

Status KstatFamilies::Add(const KstatRow& row, std::span<const LabelView> labels,
                          std::string_view path, MetricBatch& out) {
  if (row.type != kInt64 && row.type != kUint64) return {};
  const std::string_view field = kernel::FieldScanner(row.data).Next();
  const auto value =
      row.type == kUint64 ? Number<std::uint64_t>(field) : Number<std::int64_t>(field);
  if (!value) return kernel::ParseError(path, row.name, row.line);
  Find(row.position, row.name, out).Add(labels, *value);
  return {};
}

}  // namespace hostpulse::collectors
