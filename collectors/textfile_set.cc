#include "collectors/textfile_set.h"

#include <dirent.h>
#include <fcntl.h>
#include <glob.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "collectors/exposition_parser.h"
#include "collectors/kernel/kernel_file.h"
#include "core/unique_fd.h"

namespace hostpulse::collectors {
namespace {

constexpr std::size_t kMaxFiles = 200;  // Of one directory.
constexpr std::size_t kMaxBytes = 1'048'576;
constexpr std::size_t kListingBytes = 32'768;

// Dot files are what editors and rsync write before they rename.
bool IsTextfileName(std::string_view name) {
  return name.ends_with(".prom") && !name.starts_with('.');
}

}  // namespace

TextfileSet::TextfileSet(std::vector<std::string> directories, Logger& log)
    : directories_(std::move(directories)), log_(log) {}

bool TextfileSet::Refresh() {
  failed_ = false;
  changed_ = false;
  std::swap(files_, last_files_);
  files_.clear();
  for (auto& [path, entry] : entries_) entry.seen = false;
  for (const std::string& directory : directories_) {
    if (!directory.empty()) ReadPattern(directory);
  }
  changed_ = changed_ || files_ != last_files_;
  std::erase_if(entries_, [](const auto& entry) { return !entry.second.seen; });
  return changed_;
}

void TextfileSet::ReadPattern(const std::string& pattern) {
  if (pattern.find_first_of("*?[\\") == pattern.npos) {
    ReadDirectory(pattern);
    return;
  }
  glob_t matches{};
  if (::glob(pattern.c_str(), 0, nullptr, &matches) == 0) {
    for (std::size_t i = 0; i < matches.gl_pathc; ++i) ReadDirectory(matches.gl_pathv[i]);
  } else {
    ReadDirectory(pattern);
  }
  ::globfree(&matches);
}

void TextfileSet::ReadDirectory(std::string_view directory) {
  while (directory.size() > 1 && directory.ends_with('/')) directory.remove_suffix(1);
  path_ = directory;
  const UniqueFd fd(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC));
  if (!fd) {
    Fail("textfile directory left out", kernel::ErrnoStatus(directory, "open", errno));
    return;
  }
  if (!ListNames(fd.get(), directory)) return;
  std::sort(names_.begin(), names_.begin() + static_cast<std::ptrdiff_t>(name_count_));
  if (name_count_ > kMaxFiles) {
    Fail("textfile directory read in part",
         {ErrorCode::kInvalid, std::string(directory) + ": has more than " +
                                   std::to_string(kMaxFiles) + " *.prom files"});
  }
  for (std::size_t i = 0; i < std::min(name_count_, kMaxFiles); ++i) {
    CheckFile(fd.get(), names_[i], directory);
  }
}

bool TextfileSet::ListNames(int directory, std::string_view path) {
  listing_.resize(kListingBytes);
  name_count_ = 0;
  for (;;) {
    const ssize_t filled = ::getdents64(directory, listing_.data(), listing_.size());
    if (filled == 0) return true;
    if (filled < 0) {
      Fail("textfile directory left out", kernel::ErrnoStatus(path, "list", errno));
      return false;
    }
    for (std::size_t at = 0; at < static_cast<std::size_t>(filled);) {
      // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): what the kernel wrote there.
      const auto* entry = reinterpret_cast<const dirent64*>(listing_.data() + at);
      at += entry->d_reclen;
      if (!IsTextfileName(entry->d_name)) continue;
      if (name_count_ == names_.size()) names_.emplace_back();
      names_[name_count_++] = entry->d_name;
    }
  }
}

void TextfileSet::CheckFile(int directory, const std::string& name,
                            std::string_view directory_path) {
  path_ = directory_path;
  if (!path_.ends_with('/')) path_ += '/';
  path_ += name;
  auto found = entries_.find(path_);
  if (found == entries_.end()) {
    found = entries_.try_emplace(path_).first;
    found->second.file.path = path_;
  }
  Entry& entry = found->second;
  if (std::exchange(entry.seen, true)) return;  // Two patterns that both match its directory.

  Textfile& file = entry.file;
  const FileName file_name{directory, name.c_str(), file.path};
  const auto stamp = StampOf(file_name);
  if (!stamp) {
    Forget(file);
    Fail("textfile left out", stamp.status());
  } else if (*stamp != file.stamp) {
    ReadFile(file_name, file);
  } else if (!file.good) {
    failed_ = true;
  }
  files_.push_back(&file);
}

void TextfileSet::ReadFile(const FileName& name, Textfile& file) {
  Forget(file);
  const auto stamp = ReadRegularFile(name, kMaxBytes, content_);
  if (!stamp) {
    Fail("textfile left out", stamp.status());
    return;
  }
  file.stamp = *stamp;  // Also of a bad one, which is not parsed again before it changes.
  auto exposition = ParseExposition(content_);
  if (!exposition) {
    Fail("textfile left out", std::move(exposition).status().WithContext(file.path));
    return;
  }
  if (exposition->first_timestamp_line != 0) {
    Fail("textfile left out",
         {ErrorCode::kParse, file.path + ": line " +
                                 std::to_string(exposition->first_timestamp_line) +
                                 ": timestamps are not supported"});
    return;
  }
  file.duplicates = exposition->first_duplicate_line != 0;
  if (file.duplicates) {
    log_.Error("series left out", {{"reason", "repeated in its textfile"},
                                   {"path", file.path},
                                   {"line", exposition->first_duplicate_line}});
  }
  file.families = std::move(exposition->families);
  file.good = true;
  changed_ = true;
}

void TextfileSet::Forget(Textfile& file) {
  changed_ = changed_ || file.good;
  file.good = false;
  file.duplicates = false;
  file.stamp = {};
  file.families.clear();
}

void TextfileSet::Fail(std::string_view message, const Status& status) {
  failed_ = true;
  log_.Error(message, {{"err", status.message()}});
}

}  // namespace hostpulse::collectors
