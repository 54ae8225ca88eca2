#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace hostpulse {

// A compressor of whole texts, at its fastest level, with tables that it keeps from one text to the
// next. One thread at a time.
class GzipCodec {
 public:
  virtual ~GzipCodec() = default;
  // The most bytes that a text of this size may take.
  virtual std::size_t Bound(std::size_t size) const = 0;
  // Writes the text as one gzip member (RFC 1952) and gives its size; 0 where it could not.
  virtual std::size_t Compress(std::string_view text, std::span<char> out) = 0;
};

// Each is null where there is no memory for its tables, or where it is not built in.
// ISA-L's igzip: written for the vector units of x86-64, for which alone Debian has it.
std::unique_ptr<GzipCodec> MakeIsalCodec();
// libdeflate: for every architecture; takes twice the time and makes a twentieth less of the text.
std::unique_ptr<GzipCodec> MakeLibdeflateCodec();

}  // namespace hostpulse
