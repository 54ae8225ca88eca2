#include "push/queue/record.h"

#include <algorithm>

#include "push/queue/bytes.h"
#include "push/queue/crc32c.h"

namespace hostpulse::push {
namespace {

constexpr std::string_view kSegmentMagic = "HPQS";
constexpr std::string_view kRecordMagic = "HPQR";
constexpr std::uint32_t kVersion = 1;
constexpr std::uint16_t kKnownFlags = kKeyFlag | kFullFlag | kZstdFlag;
constexpr std::size_t kSegmentCrcAt = 60;
constexpr std::size_t kRecordCrcAt = 44;

}  // namespace

std::array<char, kSegmentHeaderSize> EncodeSegmentHeader(const SegmentHeader& header) {
  std::array<char, kSegmentHeaderSize> bytes{};
  std::copy(kSegmentMagic.begin(), kSegmentMagic.end(), bytes.begin());
  StoreLittleEndian(&bytes[4], kVersion);
  StoreLittleEndian(&bytes[8], header.salt);
  StoreLittleEndian(&bytes[16], header.base);
  StoreLittleEndian(&bytes[24], header.created_ms);
  std::copy(header.boot_id.begin(), header.boot_id.end(), &bytes[32]);
  StoreLittleEndian(&bytes[kSegmentCrcAt], Crc32c({bytes.data(), kSegmentCrcAt}, 0));
  return bytes;
}

HeaderState DecodeSegmentHeader(std::string_view bytes, SegmentHeader& header) {
  if (bytes.size() < kSegmentHeaderSize || !bytes.starts_with(kSegmentMagic)) {
    return HeaderState::kDamaged;
  }
  const char* const at = bytes.data();
  const auto crc = LoadLittleEndian<std::uint32_t>(at + kSegmentCrcAt);
  if (crc != Crc32c(bytes.substr(0, kSegmentCrcAt), 0)) return HeaderState::kDamaged;
  if (LoadLittleEndian<std::uint32_t>(at + 4) != kVersion) return HeaderState::kNewer;
  header.salt = LoadLittleEndian<std::uint32_t>(at + 8);
  header.base = LoadLittleEndian<std::uint64_t>(at + 16);
  header.created_ms = LoadLittleEndian<std::int64_t>(at + 24);
  std::copy_n(at + 32, header.boot_id.size(), header.boot_id.begin());
  return HeaderState::kValid;
}

void EncodeRecordHeader(const RecordHeader& header, std::uint64_t offset, char* out) {
  std::copy(kRecordMagic.begin(), kRecordMagic.end(), out);
  StoreLittleEndian(out + 4, header.payload_size);
  StoreLittleEndian(out + 8, header.salt);
  StoreLittleEndian(out + 12, header.payload_crc);
  StoreLittleEndian(out + 16, header.sequence);
  StoreLittleEndian(out + 24, header.timestamp_ms);
  StoreLittleEndian(out + 32, header.samples);
  StoreLittleEndian(out + 36, header.next_id);
  StoreLittleEndian(out + 40, header.type);
  StoreLittleEndian(out + 42, header.flags);
  StoreLittleEndian(out + kRecordCrcAt,
                    Crc32c({out, kRecordCrcAt}, static_cast<std::uint32_t>(offset)));
}

bool DecodeRecordHeader(std::string_view bytes, std::uint64_t offset, RecordHeader& header) {
  if (!bytes.starts_with(kRecordMagic)) return false;
  const char* const at = bytes.data();
  const auto crc = LoadLittleEndian<std::uint32_t>(at + kRecordCrcAt);
  if (crc != Crc32c(bytes.substr(0, kRecordCrcAt), static_cast<std::uint32_t>(offset))) {
    return false;
  }
  header.payload_size = LoadLittleEndian<std::uint32_t>(at + 4);
  header.salt = LoadLittleEndian<std::uint32_t>(at + 8);
  header.payload_crc = LoadLittleEndian<std::uint32_t>(at + 12);
  header.sequence = LoadLittleEndian<std::uint64_t>(at + 16);
  header.timestamp_ms = LoadLittleEndian<std::int64_t>(at + 24);
  header.samples = LoadLittleEndian<std::uint32_t>(at + 32);
  header.next_id = LoadLittleEndian<std::uint32_t>(at + 36);
  header.type = LoadLittleEndian<std::uint16_t>(at + 40);
  header.flags = LoadLittleEndian<std::uint16_t>(at + 42);
  return header.payload_size > 0 && header.payload_size <= kMostPayload;
}

bool RecordChain::Follow(const RecordHeader& header) {
  if (header.type != kCollectionRecord || (header.flags & ~kKnownFlags) != 0) return false;
  if (header.sequence <= last_sequence_) return false;  // A copy.
  has_dictionary_ = has_dictionary_ || (header.key() && header.full());
  whole_ = header.key() ? has_dictionary_ : whole_ && header.sequence == last_sequence_ + 1;
  last_sequence_ = header.sequence;
  return whole_;
}

}  // namespace hostpulse::push
