#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/kernel/kernel_file.h"

namespace hostpulse::collectors {

// The one-value files in the directory of a device (sysfs), told by their index in a table of
// names. Which of them are there depends on driver and kernel. One thread at a time.
class AttributeFiles {
 public:
  // `directory` ends with '/'. Nothing is opened yet.
  AttributeFiles(const std::string& directory, std::span<const std::string_view> names,
                 kernel::DescriptorBudget& budget) {
    files_.reserve(names.size());
    for (const std::string_view name : names) {
      files_.emplace_back(std::string(directory).append(name), budget,
                          kernel::FileKind::kAttribute);
    }
  }

  // A value without the white space at both ends, valid until the same file is read again; nothing
  // where the file is missing or refuses to be read.
  std::optional<std::string_view> Read(std::size_t index) { return files_[index].TryReadTrimmed(); }

  // Reads all of them into `values`, which has room for them. False where there was none: the
  // device left after it was listed.
  bool ReadAll(std::span<std::optional<std::string_view>> values) {
    bool any = false;
    for (std::size_t i = 0; i < files_.size(); ++i) {
      values[i] = Read(i);
      any = any || values[i];
    }
    return any;
  }

  const std::string& path(std::size_t index) const { return files_[index].path(); }

 private:
  std::vector<kernel::KernelFile> files_;
};

}  // namespace hostpulse::collectors
