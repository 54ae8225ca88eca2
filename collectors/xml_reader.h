#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace hostpulse::collectors {

// Reads the little XML of XML-RPC, piece by piece and in place. Strict: tags must match, what
// stands outside the root element must be white space. Safe with what a stranger sends: no
// document types, so no entities but the five of XML, nothing deeper than kDeepest, no recursion,
// time linear in the text. Attributes are passed over.
class XmlReader {
 public:
  enum class Token { kStart, kEnd, kText, kDone, kError };
  static constexpr std::size_t kDeepest = 32;

  explicit XmlReader(std::string_view text) : text_(text) {}

  // The next piece. An empty element gives kStart and kEnd; after kDone and kError it stays there.
  Token Next();

  // Of the last kStart or kEnd.
  std::string_view name() const { return name_; }
  // Of the last kText: as it stands there, with its entities.
  std::string_view text() const { return piece_; }
  // Of the last kError.
  const char* error() const { return error_; }

  // How many bytes have been read.
  std::size_t position() const { return position_; }
  std::size_t depth() const { return depth_; }

 private:
  Token Fail(const char* error);
  Token ReadText();
  Token ReadTag(std::string_view tag);
  Token Open(std::string_view name, bool closed);
  Token Close(std::string_view name);

  std::string_view text_;
  std::size_t position_ = 0;
  std::string_view name_;
  std::string_view piece_;
  const char* error_ = nullptr;
  std::array<std::string_view, kDeepest> open_;  // The elements around, outermost first.
  std::size_t depth_ = 0;
  bool closing_ = false;  // The kEnd of an empty element comes next.
  bool had_root_ = false;
};

// The characters that a text of XML stands for; false where it has an entity that is not known or
// not a character. `out` is assigned to.
bool DecodeXmlText(std::string_view text, std::string& out);

}  // namespace hostpulse::collectors
