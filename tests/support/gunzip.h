#pragma once

#include <zlib.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace hostpulse::test {

// What zlib, which most clients have, makes of one gzip member of at most `room` bytes; "(damaged)"
// where it refuses.
inline std::string Gunzip(std::string_view packed, std::size_t room = std::size_t{1} << 16) {
  std::string text(room + 1, '\0');
  z_stream stream{};
  ::inflateInit2(&stream, 15 + 16);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  const bool whole = ::inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_in == 0;
  text.resize(stream.total_out);
  ::inflateEnd(&stream);
  return whole ? text : "(damaged)";
}

}  // namespace hostpulse::test
