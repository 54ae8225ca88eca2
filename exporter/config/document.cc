#include "exporter/config/document.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "core/unique_fd.h"
#include "core/utf8.h"

namespace hostpulse::config {
namespace {

// The content, or nothing after an error was reported. Never blocks: a FIFO nobody writes to would
// hold up the start or, worse, a reload.
std::optional<std::string> ReadWhole(const std::string& path, Findings& findings) {
  const Place place{std::make_shared<const std::string>(path)};
  const auto fail = [&](std::string_view what) {
    findings.Error(place, "", what);
    return std::nullopt;
  };
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat info {};
  if (!fd || ::fstat(fd.get(), &info) != 0) {
    return fail(std::string("cannot be read: ") + std::strerror(errno));
  }
  if (!S_ISREG(info.st_mode) && !S_ISCHR(info.st_mode)) return fail("is not a regular file");

  std::string text;
  while (text.size() <= kMaxFileBytes) {
    const std::size_t had = text.size();
    text.resize(had + 16384);
    const ssize_t got = ::read(fd.get(), text.data() + had, text.size() - had);
    text.resize(had + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(std::string("cannot be read: ") + std::strerror(errno));
    if (got == 0) return text;
  }
  return fail("is larger than 1 MiB, the most that a configuration may have");
}

bool CheckBytes(std::string_view text, const std::string& path, Findings& findings) {
  Place place{std::make_shared<const std::string>(path), 1};
  while (!text.empty()) {
    const Utf8Char front = DecodeUtf8(text);
    if (!front.valid || front.code == 0) {
      findings.Error(place, "", "is not text: a byte that is not UTF-8, or a zero byte");
      return false;
    }
    if (text.front() == '\n') ++place.line;
    text.remove_prefix(front.length);
  }
  return true;
}

}  // namespace

const Node* Node::Find(std::string_view key) const {
  const auto member = std::ranges::find(members, key, &Member::key);
  return member == members.end() ? nullptr : &member->value;
}

Node LoadDocument(const std::string& path, Findings& findings) {
  const std::optional<std::string> text = ReadWhole(path, findings);
  if (!text || !CheckBytes(*text, path, findings)) return {};
  Node root =
      path.ends_with(".json") ? ParseJson(*text, path, findings) : ParseYaml(*text, path, findings);
  if (root.kind == Node::Kind::kScalar || root.kind == Node::Kind::kList) {
    findings.Error(root.place, "",
                   "holds no keys; accepted: a map such as \"global: {job: node}\"");
    return {};
  }
  return root;
}

void Overlay(Node& base, Node over) {
  if (over.kind == Node::Kind::kNull && base.kind == Node::Kind::kMap) return;
  if (base.kind != Node::Kind::kMap || over.kind != Node::Kind::kMap) {
    base = std::move(over);
    return;
  }
  for (Member& member : over.members) {
    const auto same = std::ranges::find(base.members, member.key, &Member::key);
    if (same == base.members.end()) {
      base.members.push_back(std::move(member));
    } else {
      same->place = member.place;
      Overlay(same->value, std::move(member.value));
    }
  }
}

std::string PathBeside(std::string_view file, std::string_view path) {
  const std::size_t directory = file.rfind('/') == file.npos ? 0 : file.rfind('/') + 1;
  const bool stays = path.empty() || path.front() == '/';
  return std::string(stays ? "" : file.substr(0, directory)).append(path);
}

std::string OverlayPath(std::string_view path, std::string_view environment) {
  const std::size_t name = path.rfind('/') == path.npos ? 0 : path.rfind('/') + 1;
  const std::size_t dot = path.substr(name).rfind('.');
  const std::size_t stem = dot == path.npos || dot == 0 ? path.size() : name + dot;
  std::string result(path.substr(0, stem));
  return result.append("-").append(environment).append(path.substr(stem));
}

}  // namespace hostpulse::config
