#include "collectors/infiniband_port.h"

#include <cstdint>
#include <utility>

#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

// In the order of kPortAttributes.
constexpr std::array<std::string_view, kPortAttributes.size()> kAttributeFiles = {"phys_state",
                                                                                  "rate", "state"};
constexpr std::size_t kRate = 1;

// The number in "4: ACTIVE".
std::optional<double> ParseState(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == text.npos) return std::nullopt;
  return kernel::ParseNumber<std::uint32_t>(kernel::Trim(text.substr(0, colon)));
}

// Bytes a second of "2.5 Gb/sec (1X SDR)".
std::optional<double> ParseRate(std::string_view text) {
  constexpr double kBytesOfGigabit = 125'000'000;
  kernel::FieldScanner fields(text);
  const auto gigabits = kernel::ParseDouble(fields.Next());
  if (!gigabits || *gigabits < 0 || fields.Next() != "Gb/sec") return std::nullopt;
  return *gigabits * kBytesOfGigabit;
}

std::optional<double> ParseCounter(std::string_view text, PortUnit unit) {
  const auto number = kernel::ParseNumber<std::uint64_t>(text);
  if (!number) return std::nullopt;
  switch (unit) {
    case PortUnit::kWords:
      return static_cast<double>(*number) * 4;
    case PortUnit::kMilliseconds: {
      const std::uint64_t seconds = *number / 1000;
      return static_cast<double>(seconds);
    }
    case PortUnit::kOnes:
      break;
  }
  return static_cast<double>(*number);
}

// What old kernels print of a counter that the adapter does not have.
bool IsUnavailable(std::string_view text) {
  return text.find("N/A (no PMA)") != text.npos;
}

const PortCounter* FindCounter(std::string_view directory, std::string_view file) {
  const auto found =
      std::find_if(kPortCounters.begin(), kPortCounters.end(), [&](const PortCounter& counter) {
        return counter.directory == directory && counter.file == file;
      });
  return found == kPortCounters.end() ? nullptr : &*found;
}

}  // namespace

InfinibandPort::CounterFile::CounterFile(std::string_view directory, std::string_view name,
                                         std::string path, kernel::DescriptorBudget& budget)
    : counter(FindCounter(directory, name)),
      file(std::move(path), budget, kernel::FileKind::kAttribute) {}

InfinibandPort::CounterDirectory::CounterDirectory(std::string path,
                                                   kernel::DescriptorBudget& budget)
    : directory(std::move(path), budget) {}

InfinibandPort::InfinibandPort(const std::string& path, kernel::DescriptorBudget& budget)
    : budget_(budget), attributes_(path, kAttributeFiles, budget) {
  for (std::size_t i = 0; i < kDirectories.size(); ++i) {
    auto& directory = directories_[i];
    directory.emplace(std::string(path).append(kDirectories[i]), budget);
    if (!directory->directory.List()) directory.reset();
  }
}

Status InfinibandPort::AddTo(std::span<FamilyBuilder* const, kPortMetrics.size()> families,
                             std::span<const LabelView> labels) {
  Status status;
  for (std::size_t i = 0; i < kPortAttributes.size(); ++i) {
    const auto text = attributes_.Read(i);
    if (!text) continue;
    if (const auto value = i == kRate ? ParseRate(*text) : ParseState(*text)) {
      families[i]->Add(labels, *value);
    } else if (status.ok()) {
      status = kernel::ParseError(attributes_.path(i), kPortAttributes[i].name, *text);
    }
  }
  for (std::size_t i = 0; i < kDirectories.size(); ++i) {
    if (!directories_[i]) continue;
    Status of_directory = AddCounters(i, families, labels);
    if (status.ok()) status = std::move(of_directory);
  }
  return status;
}

Status InfinibandPort::AddCounters(std::size_t index,
                                   std::span<FamilyBuilder* const, kPortMetrics.size()> families,
                                   std::span<const LabelView> labels) {
  auto& [directory, files] = *directories_[index];
  const auto names = directory.List();
  if (!names) return {};
  Status status;
  files.Begin();
  for (const std::string_view name : *names) {
    CounterFile* known = files.Find(name);
    if (known == nullptr) {
      std::string path = directory.path() + "/";
      known = &files.Add(name, kDirectories[index], name, path.append(name), budget_);
    }
    const PortCounter* const counter = known->counter;
    if (counter == nullptr) continue;
    const auto text = known->file.TryReadTrimmed();
    if (!text || IsUnavailable(*text)) continue;
    if (const auto value = ParseCounter(*text, counter->unit)) {
      const auto place = static_cast<std::size_t>(counter - kPortCounters.data());
      families[kPortAttributes.size() + place]->Add(labels, *value);
    } else if (status.ok()) {
      status = kernel::ParseError(known->file.path(), counter->desc.name, *text);
    }
  }
  files.End();
  return status;
}

}  // namespace hostpulse::collectors
