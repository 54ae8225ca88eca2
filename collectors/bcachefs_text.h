#pragma once

#include <optional>
#include <string_view>

#include "collectors/kernel/scanner.h"
#include "core/function_ref.h"

// The texts below /sys/fs/bcachefs/UUID, in which numbers stand as people like to read them.
namespace hostpulse::collectors {

// Takes the next field as a number: "1234", "1.5k", "542MiB", "6.79 GiB" (two fields), "0 B".
// Prefixes stand for powers of 1024. Nothing for anything else.
std::optional<double> TakeBcachefsNumber(kernel::FieldScanner& fields);

// The whole of `text` as such a number.
std::optional<double> ParseBcachefsNumber(std::string_view text);

// The number behind "since filesystem creation:" in a file of counters.
std::optional<double> ParseBcachefsCounter(std::string_view text);

// The word in brackets of "[rw] ro evacuating spare", or a text without brackets as it stands.
std::string_view ChosenBcachefsOption(std::string_view text);

// A line of a table: what it is about, and its numbers; `rest` is what follows the name.
struct BcachefsRow {
  std::string_view section;  // Of io_done: "read" or "write".
  std::string_view name;
  kernel::FieldScanner rest;
  std::string_view line;
};
using BcachefsRowVisitor = FunctionRef<void(BcachefsRow row)>;

// Calls `visit` for each line of a table whose rows begin with a name and perhaps a colon. Lines
// that end in a colon are the names of sections; `heading` is the first word of a line to pass
// over.
void ForEachBcachefsRow(std::string_view text, std::string_view heading, BcachefsRowVisitor visit);

// The same for the lines of io_errors below "since filesystem creation", up to those since a reset.
void ForEachBcachefsError(std::string_view text, BcachefsRowVisitor visit);

}  // namespace hostpulse::collectors
