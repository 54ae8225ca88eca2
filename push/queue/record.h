#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "push/queue/queue.h"

namespace hostpulse::push {

// Headers on disk as FORMAT.md has them.

inline constexpr std::size_t kSegmentHeaderSize = 64;
inline constexpr std::size_t kRecordHeaderSize = 48;
inline constexpr std::size_t kMostPayload = std::size_t{16} << 20;

inline constexpr std::uint16_t kCollectionRecord = 1;  // The only type.
inline constexpr std::uint16_t kKeyFlag = 1;
inline constexpr std::uint16_t kFullFlag = 2;
inline constexpr std::uint16_t kZstdFlag = 4;

using BootId = std::array<char, 16>;

struct SegmentHeader {
  std::uint32_t salt = 0;
  std::uint64_t base = 0;  // No record has a lower sequence number.
  std::int64_t created_ms = 0;
  BootId boot_id{};
};

enum class HeaderState {
  kValid,
  kDamaged,
  kNewer,  // Written by a version of the format that is not known here.
};

std::array<char, kSegmentHeaderSize> EncodeSegmentHeader(const SegmentHeader& header);
// `header` is set where the answer is kValid.
HeaderState DecodeSegmentHeader(std::string_view bytes, SegmentHeader& header);

struct RecordHeader {
  std::uint32_t payload_size = 0;
  std::uint32_t salt = 0;
  std::uint32_t payload_crc = 0;  // Seeded with the salt.
  std::uint64_t sequence = 0;
  std::int64_t timestamp_ms = 0;
  std::uint32_t samples = 0;
  SeriesId next_id = 0;  // Above every id up to here.
  std::uint16_t type = kCollectionRecord;
  std::uint16_t flags = 0;

  bool key() const { return (flags & kKeyFlag) != 0; }
  bool full() const { return (flags & kFullFlag) != 0; }
  // In the file, the zeros behind it included.
  std::size_t size() const { return kRecordHeaderSize + (std::size_t{payload_size} + 7) / 8 * 8; }
};

// `out` has room for kRecordHeaderSize bytes.
void EncodeRecordHeader(const RecordHeader& header, std::uint64_t offset, char* out);
// False where there is no header at this offset. `bytes` are kRecordHeaderSize at least.
bool DecodeRecordHeader(std::string_view bytes, std::uint64_t offset, RecordHeader& header);

// Follows the undamaged records of one segment and tells which of them can be decoded: those whose
// chain from a KEY and a FULL record on has no gap.
class RecordChain {
 public:
  void Start() { *this = {}; }
  // Whether this record, the next one met, can be decoded.
  bool Follow(const RecordHeader& header);

 private:
  bool has_dictionary_ = false;
  bool whole_ = false;
  std::uint64_t last_sequence_ = 0;
};

}  // namespace hostpulse::push
