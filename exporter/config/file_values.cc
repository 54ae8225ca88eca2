#include "exporter/config/file_values.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <string_view>
#include <utility>

#include "push/destination.h"
#include "push/stable_hash.h"

namespace hostpulse::config {
namespace {

// Headers may hold a token, and URLs a password or an API key.
bool MayHoldSecret(std::string_view path) {
  constexpr std::array<std::string_view, 5> kSecretKeys = {
      "password", "credentials", "client_secret", "bearer_token", "authorization"};
  constexpr std::array<std::string_view, 2> kSecretMaps = {".headers.", ".endpoint_params."};
  const std::string_view key = path.substr(path.rfind('.') + 1);
  if (std::ranges::find(kSecretKeys, key) != kSecretKeys.end()) return true;
  return std::ranges::any_of(kSecretMaps,
                             [&](std::string_view map) { return path.find(map) != path.npos; });
}

// Nobody can try passwords against it: the salt is this process' own.
std::string Fingerprint(std::string_view text) {
  static const std::string kSalt = [] {
    std::random_device random;
    return std::to_string(random()) + std::to_string(random());
  }();
  return "(not shown, " + std::to_string(push::StableHash(kSalt + std::string(text)) % 1000000) +
         ")";
}

bool IsUrlWithSecrets(std::string_view text) {
  return text.find("://") != text.npos && text.find_first_of("@?") != text.npos;
}

class Flattener {
 public:
  void Add(const Node& node, const std::string& path) {
    switch (node.kind) {
      case Node::Kind::kNull:
        return;
      case Node::Kind::kScalar:
        return AddScalar(node.text, path);
      case Node::Kind::kList:
        for (std::size_t i = 0; i < node.items.size(); ++i) {
          Add(node.items[i], path + "[" + NameOf(node.items[i], i) + "]");
        }
        return;
      case Node::Kind::kMap:
        for (const Member& member : node.members) {
          Add(member.value, path.empty() ? member.key : path + "." + member.key);
        }
        return;
    }
  }

  std::vector<FileValue> Take() {
    std::ranges::sort(values_, {}, &FileValue::path);
    return std::move(values_);
  }

 private:
  static std::string NameOf(const Node& item, std::size_t index) {
    const Node* name = item.kind == Node::Kind::kMap ? item.Find("name") : nullptr;
    const bool named = name != nullptr && name->kind == Node::Kind::kScalar;
    return named ? name->text : std::to_string(index);
  }

  void AddScalar(const std::string& text, const std::string& path) {
    if (MayHoldSecret(path)) {
      values_.push_back({path, Fingerprint(text)});
    } else if (IsUrlWithSecrets(text)) {
      values_.push_back({path, push::RedactedUrl(text) + " " + Fingerprint(text)});
    } else {
      values_.push_back({path, text});
    }
  }

  std::vector<FileValue> values_;
};

}  // namespace

std::vector<FileValue> FlattenFile(const Node& file) {
  Flattener flattener;
  flattener.Add(file, "");
  return flattener.Take();
}

std::vector<FileChange> CompareFiles(const std::vector<FileValue>& before,
                                     const std::vector<FileValue>& now) {
  std::vector<FileChange> changes;
  auto old = before.begin();
  for (const FileValue& value : now) {
    for (; old != before.end() && old->path < value.path; ++old) {
      changes.push_back({old->path, old->text, ""});
    }
    const bool known = old != before.end() && old->path == value.path;
    if (!known) {
      changes.push_back({value.path, "", value.text});
    } else if (old->text != value.text) {
      changes.push_back({value.path, old->text, value.text});
    }
    if (known) ++old;
  }
  for (; old != before.end(); ++old) changes.push_back({old->path, old->text, ""});
  return changes;
}

}  // namespace hostpulse::config
