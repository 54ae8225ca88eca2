#include "push/queue/cursor_file.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <utility>

#include "push/queue/bytes.h"
#include "push/queue/crc32c.h"

namespace hostpulse::push {
namespace {

constexpr std::string_view kMagic = "HPQC";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kSlotSize = 4096;
constexpr std::size_t kNameAt = 32;
constexpr std::size_t kMostName = 1024;
constexpr std::size_t kCrcAt = kSlotSize - 4;

// What CursorName made, taken back; a shortened name stays as it is.
std::string DestinationOf(std::string_view file_name) {
  std::string name;
  file_name = file_name.substr(0, file_name.rfind('.'));
  for (std::size_t i = 0; i < file_name.size(); ++i) {
    unsigned char byte = 0;
    const char* const hex = file_name.data() + i + 1;
    if (file_name[i] == '%' && file_name.size() - i > 2 &&
        std::from_chars(hex, hex + 2, byte, 16).ptr == hex + 2) {
      name += static_cast<char>(byte);
      i += 2;
    } else {
      name += file_name[i];
    }
  }
  return name;
}

}  // namespace

int CursorFile::Load(Access access) {
  const int flags = access == Access::kRead ? O_RDONLY : O_RDWR;
  if (const int error = directory_.OpenFile(file_name_, flags, fd_); error < 0) return error;
  std::string bytes(2 * kSlotSize, '\0');
  const ssize_t got = ReadUpTo(directory_.io(), fd_.get(), bytes.data(), bytes.size(), 0);
  if (got < 0) return static_cast<int>(got);
  TakeSlot(std::string_view(bytes).substr(0, kSlotSize));
  TakeSlot(std::string_view(bytes).substr(kSlotSize));
  damaged_ = generation_ == 0;
  if (damaged_) destination_ = DestinationOf(file_name_);
  return 0;
}

void CursorFile::TakeSlot(std::string_view slot) {
  const char* const at = slot.data();
  if (!slot.starts_with(kMagic) || LoadLittleEndian<std::uint32_t>(at + 4) != kVersion ||
      LoadLittleEndian<std::uint32_t>(at + kCrcAt) != Crc32c(slot.substr(0, kCrcAt), 0)) {
    return;
  }
  const auto generation = LoadLittleEndian<std::uint64_t>(at + 8);
  if (generation <= generation_) return;
  generation_ = generation;
  acked_sequence_ = LoadLittleEndian<std::uint64_t>(at + 16);
  const auto name_size = LoadLittleEndian<std::uint64_t>(at + 24);
  destination_ = slot.substr(kNameAt, std::min<std::uint64_t>(name_size, kMostName));
}

int CursorFile::Save(std::uint64_t acked_sequence, bool durable) {
  if (!fd_) {
    if (const int error = Create(durable); error < 0) return error;
  }
  const std::uint64_t generation = generation_ + 1;
  FileIo& io = directory_.io();
  int error =
      WriteAll(io, fd_.get(), MakeSlot(generation, acked_sequence), (generation & 1) * kSlotSize);
  if (error == 0 && durable) error = io.Fdatasync(fd_.get());
  if (error < 0) {
    // The slot may be half written, so the next attempt takes it again; and a descriptor whose
    // fdatasync failed says nothing about the next one.
    fd_.reset();
    return error;
  }
  generation_ = generation;
  acked_sequence_ = acked_sequence;
  return 0;
}

// Both slots get their blocks now, so that writing one needs none later.
int CursorFile::Create(bool durable) {
  const int found = directory_.OpenFile(file_name_, O_RDWR, fd_);
  if (found != -ENOENT) return found;
  UniqueFd created;
  int error = directory_.OpenFile(file_name_, O_RDWR | O_CREAT | O_EXCL, created);
  if (error < 0) return error;
  error = WriteAll(directory_.io(), created.get(), std::string(2 * kSlotSize, '\0'), 0);
  if (error == 0 && durable) error = directory_.io().Fdatasync(created.get());
  if (error == 0 && durable) error = directory_.Sync();
  if (error < 0) {
    directory_.Unlink(file_name_);
    return error;
  }
  fd_ = std::move(created);
  return 0;
}

std::string CursorFile::MakeSlot(std::uint64_t generation, std::uint64_t acked_sequence) const {
  std::string slot(kSlotSize, '\0');
  slot.replace(0, kMagic.size(), kMagic);
  StoreLittleEndian(&slot[4], kVersion);
  StoreLittleEndian(&slot[8], generation);
  StoreLittleEndian(&slot[16], acked_sequence);
  StoreLittleEndian(&slot[24], std::uint64_t{destination_.size()});
  const std::string_view name = std::string_view(destination_).substr(0, kMostName);
  slot.replace(kNameAt, name.size(), name);
  StoreLittleEndian(&slot[kCrcAt], Crc32c(std::string_view(slot).substr(0, kCrcAt), 0));
  return slot;
}

}  // namespace hostpulse::push
