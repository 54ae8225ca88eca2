#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

#include "exporter/http/request_head.h"

namespace hostpulse::http {

// Says when a whole request stands at the front of a connection's bytes. It looks at every byte of
// a head once, however slowly they drip. One request at a time; not thread safe.
class RequestFramer {
 public:
  enum class State { kIncomplete, kComplete, kBad };

  explicit RequestFramer(const RequestLimits& limits) : limits_(limits) {}

  // `input` is everything since the request's first byte: what the last call saw, and more.
  State Advance(std::string_view input);
  bool started() const { return scanned_ > 0; }
  void Reset() { *this = RequestFramer(limits_); }

  int status() const { return status_; }                        // To answer with, where it is bad.
  std::size_t size() const { return size_; }                    // Of head and body, once complete.
  bool keep_alive() const { return keep_alive_; }               // What the client asked for.
  std::size_t absolute_at() const { return absolute_at_; }      // Where "http://authority" stands
  std::size_t absolute_size() const { return absolute_size_; }  // in the head, to be cut out.
  // True once: the client waits for "100 Continue" before it sends the body.
  bool TakeContinue() { return std::exchange(wants_continue_, false); }

 private:
  State Head(std::string_view input);
  State Body(std::string_view input);
  State Bad(int status) {
    status_ = status;
    return State::kBad;
  }

  RequestLimits limits_;
  std::size_t scanned_ = 0;
  std::size_t head_size_ = 0;  // 0 until the head is complete.
  std::size_t content_length_ = 0;
  std::size_t size_ = 0;
  std::size_t absolute_at_ = 0;
  std::size_t absolute_size_ = 0;
  int status_ = 0;
  bool chunked_ = false;
  bool keep_alive_ = false;
  bool wants_continue_ = false;
};

// The size of a complete chunked body at the front of `input`; 0 while it is incomplete. Bare
// chunks only: extensions and trailers are refused.
struct ChunkedBody {
  std::size_t size = 0;
  int status = 0;  // 400 or 413 where it is bad.
};
ChunkedBody ScanChunkedBody(std::string_view input, std::size_t max_body_bytes);

}  // namespace hostpulse::http
