#include "collectors/xml_reader.h"

#include <cstdint>

#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kWhiteSpace = " \t\r\n";

bool IsNameByte(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         std::string_view("_-.:").find(c) != std::string_view::npos;
}

// The name at the front of a tag; empty where there is none.
std::string_view NameOf(std::string_view tag) {
  std::size_t size = 0;
  while (size < tag.size() && IsNameByte(tag[size])) ++size;
  return tag.substr(0, size);
}

void AppendUtf8(std::uint32_t code, std::string& out) {
  const auto byte = [](std::uint32_t value) { return static_cast<char>(value); };
  if (code < 0x80) {
    out += byte(code);
    return;
  }
  const std::uint32_t last = 0x80 | (code & 0x3f);
  if (code < 0x800) {
    (out += byte(0xc0 | code >> 6)) += byte(last);
    return;
  }
  const std::uint32_t third = 0x80 | (code >> 6 & 0x3f);
  if (code < 0x10000) {
    ((out += byte(0xe0 | code >> 12)) += byte(third)) += byte(last);
    return;
  }
  const std::uint32_t second = 0x80 | (code >> 12 & 0x3f);
  (((out += byte(0xf0 | code >> 18)) += byte(second)) += byte(third)) += byte(last);
}

bool AppendEntity(std::string_view name, std::string& out) {
  if (name == "lt") return out += '<', true;
  if (name == "gt") return out += '>', true;
  if (name == "amp") return out += '&', true;
  if (name == "quot") return out += '"', true;
  if (name == "apos") return out += '\'', true;
  if (!name.starts_with('#')) return false;
  const bool hex = name.starts_with("#x");
  const auto code = kernel::ParseNumber<std::uint32_t>(name.substr(hex ? 2 : 1), hex ? 16 : 10);
  const bool is_surrogate = code && *code >= 0xd800 && *code < 0xe000;
  if (!code || *code == 0 || *code > 0x10ffff || is_surrogate) return false;
  AppendUtf8(*code, out);
  return true;
}

}  // namespace

XmlReader::Token XmlReader::Fail(const char* error) {
  error_ = error;
  return Token::kError;
}

XmlReader::Token XmlReader::Next() {
  if (error_ != nullptr) return Token::kError;
  if (closing_) {
    closing_ = false;
    return Close(name_);
  }
  while (position_ < text_.size()) {
    if (text_[position_] != '<') {
      if (depth_ > 0) return ReadText();
      const std::size_t tag = text_.find_first_not_of(kWhiteSpace, position_);
      if (tag != text_.npos && text_[tag] != '<') return Fail("text outside of an element");
      position_ = tag == text_.npos ? text_.size() : tag;
      continue;
    }
    const std::size_t end = text_.find('>', position_);
    if (end == text_.npos) return Fail("tag without an end");
    const std::string_view tag = text_.substr(position_ + 1, end - position_ - 1);
    position_ = end + 1;
    if (!tag.starts_with('?')) return ReadTag(tag);
    if (!tag.ends_with('?') || had_root_) return Fail("instruction in the wrong place");
  }
  if (depth_ > 0) return Fail("end of the text within an element");
  return had_root_ ? Token::kDone : Fail("no element");
}

XmlReader::Token XmlReader::ReadText() {
  const std::size_t end = text_.find('<', position_);
  piece_ = text_.substr(position_, end - position_);
  position_ += piece_.size();
  return Token::kText;
}

XmlReader::Token XmlReader::ReadTag(std::string_view tag) {
  if (tag.starts_with('!')) return Fail("document type, comment or CDATA");
  if (tag.starts_with('/')) {
    tag.remove_prefix(1);
    const std::string_view name = NameOf(tag);
    if (tag.find_first_not_of(kWhiteSpace, name.size()) != tag.npos) return Fail("bad end tag");
    return Close(name);
  }
  const bool closed = tag.ends_with('/');
  if (closed) tag.remove_suffix(1);
  const std::string_view name = NameOf(tag);
  const bool ends_well =
      name.size() == tag.size() || kWhiteSpace.find(tag[name.size()]) != kWhiteSpace.npos;
  if (name.empty() || !ends_well) return Fail("bad tag");
  return Open(name, closed);
}

XmlReader::Token XmlReader::Open(std::string_view name, bool closed) {
  if (depth_ == 0 && had_root_) return Fail("second root element");
  if (depth_ == kDeepest) return Fail("elements too deep");
  had_root_ = true;
  open_[depth_++] = name;
  closing_ = closed;
  name_ = name;
  return Token::kStart;
}

XmlReader::Token XmlReader::Close(std::string_view name) {
  if (depth_ == 0 || open_[depth_ - 1] != name) return Fail("end tag without its start tag");
  --depth_;
  name_ = name;
  return Token::kEnd;
}

bool DecodeXmlText(std::string_view text, std::string& out) {
  constexpr std::size_t kLongestEntity = 10;
  out.clear();
  while (true) {
    const std::size_t ampersand = text.find('&');
    out.append(text.substr(0, ampersand));
    if (ampersand == text.npos) return true;
    text.remove_prefix(ampersand + 1);
    const std::size_t end = text.substr(0, kLongestEntity).find(';');
    if (end == text.npos || !AppendEntity(text.substr(0, end), out)) return false;
    text.remove_prefix(end + 1);
  }
}

}  // namespace hostpulse::collectors
