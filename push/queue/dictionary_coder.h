#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "push/queue/bytes.h"
#include "push/queue/queue.h"

namespace hostpulse::push {

// Where a reader finds series that others have already, to share them.
class SeriesPool {
 public:
  virtual ~SeriesPool() = default;
  // The series of this id as it is now, or nullptr.
  virtual SeriesPtr Find(SeriesId id) const = 0;
};

// Writes the part of a payload that describes series, see FORMAT.md. Keeps its buffers.
class DictionaryWriter {
 public:
  // `series` ascend by id; times are written as distances from `timestamp_ms`.
  void Write(std::span<const SeriesPtr> series, std::int64_t timestamp_ms, std::string& out);

 private:
  std::unordered_map<const SeriesFamily*, std::uint64_t> families_;
};

// Reads it. What another part of the program has already is taken from there.
class DictionaryReader {
 public:
  // The series, ascending by id, valid until the next call. `in` fails where the bytes are not what
  // the format promises.
  std::span<const SeriesPtr> Read(ByteReader& in, std::int64_t timestamp_ms,
                                  std::span<const SeriesPool* const> pools);

 private:
  struct Family {
    std::string_view name;
    prometheus::MetricType type = prometheus::MetricType::Untyped;
    std::string_view help;
    std::string_view unit;
    std::shared_ptr<const SeriesFamily> made;  // Once a series needs it.
  };
  struct Entry {
    SeriesId id = 0;
    Family* family = nullptr;
    std::int64_t start_ms = 0;
    std::vector<std::pair<std::string_view, std::string_view>> labels;
  };

  void ReadFamilies(ByteReader& in);
  bool ReadEntry(ByteReader& in, std::int64_t timestamp_ms);
  bool Describes(const Series& series) const;
  SeriesPtr Make();

  std::vector<Family> families_;
  Entry entry_;
  std::vector<SeriesPtr> series_;
};

}  // namespace hostpulse::push
