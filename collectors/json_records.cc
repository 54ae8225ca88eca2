#include "collectors/json_records.h"

#include <fcntl.h>

#include <cstddef>
#include <nlohmann/json.hpp>

#include "collectors/regular_file.h"

namespace hostpulse::collectors {

class JsonRecordReader {
 public:
  // False for what is no object.
  static bool Read(const nlohmann::json& object, std::vector<JsonRecord>& records) {
    if (!object.is_object()) return false;
    JsonRecord& record = records.emplace_back();
    for (const auto& [key, value] : object.items()) {
      if (value.is_string()) record.members_[key] = value.get_ref<const std::string&>();
      if (value.is_number()) record.members_[key] = value.dump();
    }
    return true;
  }
};

std::string_view JsonRecord::Text(std::string_view key) const {
  const auto member = members_.find(key);
  return member == members_.end() ? std::string_view() : std::string_view(member->second);
}

Result<std::vector<JsonRecord>> ReadJsonRecords(const std::string& path) {
  constexpr std::size_t kMostBytes = std::size_t{1} << 20;
  std::string text;
  const auto stamp = ReadRegularFile({AT_FDCWD, path.c_str(), path}, kMostBytes, text);
  if (!stamp) return stamp.status();
  const auto json = nlohmann::json::parse(text, nullptr, false);
  std::vector<JsonRecord> records;
  bool good = json.is_structured();
  if (json.is_array()) {
    for (const auto& item : json) good = good && JsonRecordReader::Read(item, records);
  } else {
    good = JsonRecordReader::Read(json, records);
  }
  if (!good) return {ErrorCode::kParse, path + ": neither an object of JSON nor a list of them"};
  return records;
}

}  // namespace hostpulse::collectors
