#pragma once

#include <concepts>
#include <optional>
#include <string_view>
#include <utility>

#include "collectors/kernel/kernel_file.h"
#include "collectors/kernel/scanner.h"
#include "core/result.h"

namespace hostpulse::collectors {

// Reads attributes of many devices in a row, so that a bad one costs its own sample and no other:
// the first error is kept for the end. An attribute that is missing (the kernel has none, the
// device left) or has no value now (EINVAL, ENODATA, EIO ...) is nothing, and no error. For one
// collection.
//
//   AttributeReader reader;
//   if (const auto size = reader.Number(disk.size)) sizes.Add({{"device", name}}, *size * 512.0);
//   return reader.TakeStatus();
class AttributeReader {
 public:
  // Without the white space at both ends; valid until the file is read again.
  std::optional<std::string_view> Text(kernel::KernelFile& file);

  // What `parse` makes of the text; where that is nothing, the text is an error.
  template <std::invocable<std::string_view> Parse>
  std::invoke_result_t<Parse, std::string_view> Value(kernel::KernelFile& file, Parse parse) {
    const auto text = Text(file);
    if (!text) return std::nullopt;
    auto value = parse(*text);
    if (!value) Note(kernel::ParseError(file.path(), "value", *text));
    return value;
  }

  // A decimal without a sign, alone in its file.
  std::optional<std::uint64_t> Number(kernel::KernelFile& file) {
    return Value(file,
                 [](std::string_view text) { return kernel::ParseNumber<std::uint64_t>(text); });
  }

  // Keeps an error found by other means, if it is the first.
  void Note(Status status) {
    if (status_.ok()) status_ = std::move(status);
  }

  // The first error of all.
  Status TakeStatus() { return std::move(status_); }

 private:
  Status status_;
};

}  // namespace hostpulse::collectors
