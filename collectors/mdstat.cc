#include "collectors/mdstat.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

#include "collectors/kernel/kernel_file.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

// The lines of one array: "md0 : active raid1 sdb1[1] sda1[0]", then indented its size and the
// disks that are up, and, where there is something to tell, how far a synchronisation is.
struct Paragraph {
  std::string_view head;
  std::string_view status;
  std::string_view progress;
};

// Words of the progress line. Where several stand in it, the first of these counts.
struct Operation {
  std::string_view word;
  MdState state;
};
constexpr auto kOperations = std::to_array<Operation>({
    {"recovery", MdState::kRecovering},
    {"reshape", MdState::kOther},
    {"check", MdState::kCheck},
    {"resync", MdState::kResync},
});

bool Contains(std::string_view text, std::string_view wanted) {
  return text.find(wanted) != text.npos;
}

const Operation* FindOperation(std::string_view line) {
  const auto* const found = std::ranges::find_if(
      kOperations, [line](const Operation& operation) { return Contains(line, operation.word); });
  return found == kOperations.end() ? nullptr : found;
}

std::uint64_t CountOf(std::string_view text, std::string_view wanted) {
  std::uint64_t count = 0;
  for (std::size_t at = text.find(wanted); at != text.npos; at = text.find(wanted, at + 1)) ++count;
  return count;
}

// Two numbers as "[2/1]" or "(34/120)": the last such pair in `line`.
struct Pair {
  std::uint64_t first;
  std::uint64_t second;
};
std::optional<Pair> FindPair(std::string_view line, char open, char close) {
  for (std::size_t at = line.rfind(open); at != line.npos; at = line.rfind(open)) {
    const std::string_view inside = line.substr(at + 1, line.find(close, at) - at - 1);
    line = line.substr(0, at);
    const std::size_t slash = inside.find('/');
    if (slash == inside.npos) continue;
    const auto first = kernel::ParseNumber<std::uint64_t>(inside.substr(0, slash));
    const auto second = kernel::ParseNumber<std::uint64_t>(inside.substr(slash + 1));
    if (first && second) return Pair{*first, *second};
  }
  return std::nullopt;
}

// Kinds of arrays that tell nothing of disks that are up: without one of them there is no array.
bool NeedsEveryDisk(std::string_view personality) {
  return personality == "raid0" || personality == "linear" || personality == "faulty";
}

MdState ParseState(std::string_view word) {
  if (word == "active") return MdState::kActive;
  return word == "inactive" ? MdState::kInactive : MdState::kOther;
}

bool ParseDisks(const Paragraph& lines, std::string_view personality, MdArray& array) {
  array.disks_failed = CountOf(lines.head, "(F)");
  array.disks_spare = CountOf(lines.head, "(S)");
  if (NeedsEveryDisk(personality)) {
    // Only disks have a number in brackets.
    array.disks_required = array.disks_active = CountOf(lines.head, "[");
  } else if (array.state != MdState::kInactive) {
    const auto disks = FindPair(lines.status, '[', ']');
    if (!disks) return false;
    array.disks_required = disks->first;
    array.disks_active = disks->second;
  }
  return true;
}

bool ParseProgress(std::string_view line, MdArray& array) {
  array.blocks_synced = array.blocks;
  if (line.empty()) return true;
  array.state = FindOperation(line)->state;
  // It waits for another array, for the first write, or for another node of a cluster.
  if (Contains(line, "DELAYED") || Contains(line, "PENDING") || Contains(line, "REMOTE")) {
    array.blocks_synced = 0;
    return true;
  }
  const auto blocks = FindPair(line, '(', ')');
  if (!blocks) return false;
  array.blocks_synced = blocks->first;
  return true;
}

std::optional<MdArray> ParseArray(const Paragraph& lines) {
  MdArray array;
  kernel::FieldScanner head(lines.head);
  array.name = head.Next();
  head.Skip(1);  // The colon.
  array.state = ParseState(head.Next());
  std::string_view personality = head.Next();
  while (personality.starts_with('(')) personality = head.Next();  // "(auto-read-only)"

  const auto blocks = kernel::FieldScanner(lines.status).NextNumber<std::uint64_t>();
  if (!blocks) return std::nullopt;
  array.blocks = *blocks;
  if (!ParseDisks(lines, personality, array)) return std::nullopt;
  if (!ParseProgress(lines.progress, array)) return std::nullopt;
  return array;
}

void TakeIndented(std::string_view line, Paragraph& lines) {
  if (kernel::Trim(line).empty()) return;
  if (lines.status.empty()) {
    lines.status = line;
  } else if (lines.progress.empty() && !Contains(line, "bitmap") && FindOperation(line)) {
    lines.progress = line;
  }
}

bool IsHead(std::string_view line) {
  kernel::FieldScanner fields(line);
  return fields.Next() != "Personalities" && fields.Next() == ":";
}

// The lines around the arrays: "Personalities : [raid1]", "unused devices: <none>", and nothing.
bool IsFrame(std::string_view line) {
  return line.empty() || line.starts_with("Personalities") || line.starts_with("unused") ||
         line.starts_with("read_ahead");
}

}  // namespace

Status ParseMdstat(std::string_view text, std::string_view path,
                   FunctionRef<void(const MdArray&)> visit) {
  Status status;
  Paragraph paragraph;
  const auto note = [&](std::string_view field, std::string_view line) {
    if (status.ok()) status = kernel::ParseError(path, field, line);
  };
  const auto finish = [&] {
    if (paragraph.head.empty()) return;
    if (const auto array = ParseArray(paragraph)) {
      visit(*array);
    } else {
      note(kernel::FieldScanner(paragraph.head).Next(),
           paragraph.progress.empty() ? paragraph.status : paragraph.progress);
    }
    paragraph = {};
  };
  kernel::LineScanner lines(text);
  for (std::string_view line; lines.Next(line);) {
    if (line.starts_with(' ') || line.starts_with('\t')) {
      TakeIndented(line, paragraph);
      continue;
    }
    finish();
    if (IsHead(line)) {
      paragraph.head = line;
    } else if (!IsFrame(line)) {
      note("array", line);
    }
  }
  finish();
  return status;
}

}  // namespace hostpulse::collectors
