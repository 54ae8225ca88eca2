#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/unique_fd.h"
#include "push/queue/queue_directory.h"

namespace hostpulse::push {

// Up to where a destination has everything, on disk. One thread at a time.
class CursorFile {
 public:
  // Nothing is opened yet. The directory outlives it.
  CursorFile(const QueueDirectory& directory, std::string file_name, std::string destination)
      : directory_(directory),
        file_name_(std::move(file_name)),
        destination_(std::move(destination)) {}

  enum class Access { kRead, kWrite };
  // Reads what is there, and with kWrite stays able to save: 0, or -errno. Where both slots are
  // damaged, the position is 0 and the name of the destination what the name of the file says.
  int Load(Access access = Access::kWrite);

  // Writes a position, making the file where there is none: 0, or -errno. `durable` waits until a
  // power failure cannot undo it.
  int Save(std::uint64_t acked_sequence, bool durable);

  const std::string& destination() const { return destination_; }
  const std::string& file_name() const { return file_name_; }
  std::uint64_t acked_sequence() const { return acked_sequence_; }
  bool damaged() const { return damaged_; }
  bool exists() const { return generation_ > 0; }

 private:
  void TakeSlot(std::string_view slot);
  std::string MakeSlot(std::uint64_t generation, std::uint64_t acked_sequence) const;
  int Create(bool durable);

  const QueueDirectory& directory_;
  const std::string file_name_;
  std::string destination_;
  UniqueFd fd_;
  std::uint64_t generation_ = 0;  // Of the slot that holds.
  std::uint64_t acked_sequence_ = 0;
  bool damaged_ = false;
};

}  // namespace hostpulse::push
