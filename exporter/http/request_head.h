#pragma once

#include <cstddef>
#include <string_view>

namespace hostpulse::http {

struct RequestLimits {
  std::size_t max_head_bytes = 16384;
  std::size_t max_headers = 64;  // What civetweb keeps; it would ignore the rest in silence.
  std::size_t max_body_bytes = 4096;
};

// What the head of a request says about its form. Views point into the head.
struct RequestHead {
  int status = 0;  // 0 where it is sound, else what to answer before closing.
  std::string_view method;
  std::string_view target;
  std::string_view host;
  bool http_1_0 = false;
  bool keep_alive = true;  // What version and Connection header ask for.
  bool chunked = false;
  bool expects_continue = false;
  std::size_t content_length = 0;
};

// Judges a head, from the request line to the empty line, by RFC 9112 with nothing overlooked:
// civetweb takes folded and repeated fields, bare line feeds, signed lengths and much else that
// makes two readers of one request disagree.
RequestHead ParseRequestHead(std::string_view head, const RequestLimits& limits);

// The length of an absolute target's "http://authority" where it names the request's own host, 0
// for the ordinary kind. Such a target is taken, as RFC 9112 asks for, without what makes it so.
std::size_t AbsolutePrefix(const RequestHead& head);

}  // namespace hostpulse::http
