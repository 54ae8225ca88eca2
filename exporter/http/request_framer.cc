#include "exporter/http/request_framer.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "exporter/http/ascii.h"

namespace hostpulse::http {
namespace {

constexpr std::size_t kMaxChunkDigits = 8;

}  // namespace

RequestFramer::State RequestFramer::Advance(std::string_view input) {
  if (head_size_ == 0) {
    const State state = Head(input);
    if (state != State::kComplete) return state;
  }
  return Body(input);
}

RequestFramer::State RequestFramer::Head(std::string_view input) {
  for (; scanned_ < input.size(); ++scanned_) {
    if (scanned_ >= limits_.max_head_bytes) return Bad(431);
    const char c = input[scanned_];
    const char before = scanned_ > 0 ? input[scanned_ - 1] : '\0';
    if (before == '\r' && c != '\n') return Bad(400);
    if (c == '\n') {
      if (before != '\r') return Bad(400);
      if (scanned_ >= 3 && input[scanned_ - 2] == '\n') break;
      continue;
    }
    const bool is_control = (c >= 0 && c < ' ' && c != '\t' && c != '\r') || c == 0x7f;
    // What does not begin with a method is TLS on a plain port, for one.
    if (is_control || (scanned_ == 0 && !IsAlpha(c))) return Bad(400);
  }
  if (scanned_ == input.size()) return State::kIncomplete;

  head_size_ = ++scanned_;
  const RequestHead head = ParseRequestHead(input.substr(0, head_size_), limits_);
  if (head.status != 0) return Bad(head.status);
  content_length_ = head.content_length;
  chunked_ = head.chunked;
  keep_alive_ = head.keep_alive;
  wants_continue_ = head.expects_continue;
  absolute_size_ = AbsolutePrefix(head);
  absolute_at_ = static_cast<std::size_t>(head.target.data() - input.data());
  return State::kComplete;
}

RequestFramer::State RequestFramer::Body(std::string_view input) {
  const std::string_view body = input.substr(head_size_);
  if (!chunked_) {
    size_ = head_size_ + content_length_;
    return body.size() >= content_length_ ? State::kComplete : State::kIncomplete;
  }
  const ChunkedBody chunks = ScanChunkedBody(body, limits_.max_body_bytes);
  if (chunks.status != 0) return Bad(chunks.status);
  size_ = head_size_ + chunks.size;
  return chunks.size > 0 ? State::kComplete : State::kIncomplete;
}

ChunkedBody ScanChunkedBody(std::string_view input, std::size_t max_body_bytes) {
  std::size_t at = 0;
  std::size_t total = 0;
  for (;;) {
    const std::string_view rest = input.substr(at);
    const std::size_t digits = static_cast<std::size_t>(
        std::find_if_not(rest.begin(), rest.end(), IsHexDigit) - rest.begin());
    if (digits > kMaxChunkDigits) return {0, 400};
    if (digits == rest.size()) return {};
    if (digits == 0 || rest[digits] != '\r') return {0, 400};
    if (rest.size() < digits + 2) return {};
    if (rest[digits + 1] != '\n') return {0, 400};

    std::size_t size = 0;
    std::from_chars(rest.data(), rest.data() + digits, size, 16);
    total += size;
    if (total > max_body_bytes) return {0, 413};
    const std::size_t end = at + digits + 2 + size;  // Where the chunk's own line end stands.
    const std::string_view tail = input.substr(std::min(end, input.size()), 2);
    if (std::string_view("\r\n").substr(0, tail.size()) != tail) return {0, 400};
    if (tail.size() < 2) return {};
    at = end + 2;
    if (size == 0) return {at, 0};
  }
}

}  // namespace hostpulse::http
