#include "exporter/config/given.h"

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "core/nearest.h"
#include "exporter/config/map_reader.h"

namespace hostpulse::config {
namespace {

using collectors::CollectorSpec;

struct SectionKeys {
  std::string_view name;
  std::array<std::string_view, 4> structured;  // Keys that are no flags.
};
constexpr std::array<SectionKeys, 5> kSections = {
    {{"global", {"external_labels"}},
     {"log", {"loggers"}},
     {"path", {}},
     {"push", {"max_bytes", "max_age", "fsync", "gateway"}},
     {"web", {}}}};

// A boolean as a flag has it, so that `yes` in the file is "true".
std::optional<std::string> BooleanText(const Node& node) {
  const std::optional<bool> value = ParseYamlBool(node);
  if (!value) return std::nullopt;
  return *value ? "true" : "false";
}

class FileFlags {
 public:
  FileFlags(const FlagTable& table, const Node& file, Findings& findings)
      : table_(table), file_(file), findings_(findings) {}

  GivenFlags Read() {
    MapReader root(file_, "", findings_);
    for (const SectionKeys& section : kSections) {
      if (const Node* node = root.TakeMap(section.name)) ReadSection(section, *node);
    }
    if (const Node* node = root.TakeMap("collectors")) ReadCollectors(*node);
    root.TakeList("remote_write");
    root.Finish();
    return std::move(given_);
  }

 private:
  void ReadSection(const SectionKeys& section, const Node& node) {
    MapReader reader(node, std::string(section.name), findings_);
    for (const std::string_view key : section.structured) {
      if (!key.empty()) reader.Take(key);
    }
    for (const Flag& flag : table_.flags()) {
      if (flag.file_key.starts_with(reader.PathOf(""))) {
        ReadFlag(reader, flag.file_key.substr(section.name.size() + 1), flag);
      }
    }
    reader.Finish();
  }

  void ReadCollectors(const Node& node) {
    std::vector<std::string> names;
    for (const CollectorSpec* spec : collectors::CollectorTable()) names.emplace_back(spec->name);
    for (const Member& member : node.members) {
      const std::string path = "collectors." + member.key;
      if (collectors::FindCollector(member.key) == nullptr) {
        findings_.Error(
            member.place, path,
            "unknown collector" + DidYouMean(member.key, names) +
                (NearestNames(member.key, names).empty() ? "; hostpulse describe lists them" : ""));
      } else if (member.value.kind == Node::Kind::kMap) {
        ReadCollector(member, path);
      } else if (const auto text = BooleanText(member.value)) {
        given_["collector." + member.key] = {{*text}, member.place, path};
      } else if (member.value.kind != Node::Kind::kNull) {
        findings_.Error(member.place, path,
                        "accepted: true, false or a map such as {enabled: true}");
      }
    }
  }

  void ReadCollector(const Member& member, const std::string& path) {
    MapReader reader(member.value, path, findings_);
    const std::string flag_name = "collector." + member.key;
    ReadFlag(reader, "enabled", *table_.Find(flag_name));
    for (const Flag& flag : table_.flags()) {
      if (flag.section != Section::kCollectorFlags || flag.spec->name != member.key) continue;
      if (flag.alias_of.empty()) ReadFlag(reader, FileKeyOf(flag).substr(path.size() + 1), flag);
    }
    reader.Finish();
  }

  void ReadFlag(MapReader& reader, const std::string& key, const Flag& flag) {
    const Node* node = reader.Take(key);
    if (node == nullptr) return;
    const std::size_t errors = findings_.error_count();
    std::vector<std::string> texts;
    if (flag.boolean()) {
      bool value = false;
      if (!BooleanText(*node)) return reader.Bool(key, value);
      texts.push_back(*BooleanText(*node));
    } else if (flag.repeatable) {
      reader.Strings(key, texts);
    } else {
      texts.emplace_back();
      reader.String(key, texts.back());
    }
    if (findings_.error_count() != errors) return;
    if (texts.empty() && !flag.default_value.empty()) return reader.Error(key, "is an empty list");
    given_[flag.name] = {std::move(texts), reader.PlaceOf(key), reader.PathOf(key)};
  }

  const FlagTable& table_;
  const Node& file_;
  Findings& findings_;
  GivenFlags given_;
};

}  // namespace

GivenFlags FlagsOfFile(const FlagTable& table, const Node& file, Findings& findings) {
  return FileFlags(table, file, findings).Read();
}

}  // namespace hostpulse::config
