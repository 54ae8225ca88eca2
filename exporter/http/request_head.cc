#include "exporter/http/request_head.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "exporter/http/ascii.h"

namespace hostpulse::http {
namespace {

// The methods that civetweb passes on.
constexpr std::array<std::string_view, 14> kMethods = {
    "GET",      "HEAD",  "POST", "PUT",    "DELETE",    "OPTIONS", "CONNECT",
    "PROPFIND", "MKCOL", "LOCK", "UNLOCK", "PROPPATCH", "REPORT",  "PATCH"};

// Reads a head line by line into a RequestHead; every step returns the status to answer, 0 if none.
class HeadParser {
 public:
  HeadParser(const RequestLimits& limits, RequestHead& head) : limits_(limits), head_(head) {}

  int Parse(std::string_view text) {
    std::size_t end = text.find("\r\n");
    if (const int status = RequestLine(text.substr(0, end)); status != 0) return status;
    for (;;) {
      text.remove_prefix(end + 2);
      end = text.find("\r\n");
      if (end == 0 || end == text.npos) return Conclude();
      if (++fields_ > limits_.max_headers) return 431;
      if (const int status = Field(text.substr(0, end)); status != 0) return status;
    }
  }

 private:
  int RequestLine(std::string_view line) {
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == line.npos || first == last) return 400;
    head_.method = line.substr(0, first);
    head_.target = line.substr(first + 1, last - first - 1);
    if (!IsToken(head_.method) || !IsTarget(head_.target)) return 400;
    return Version(line.substr(last + 1));
  }

  static bool IsTarget(std::string_view target) {
    return !target.empty() &&
           std::all_of(target.begin(), target.end(), [](char c) { return c > ' ' && c < 0x7f; });
  }

  int Version(std::string_view version) {
    const bool sound = version.size() == 8 && version.starts_with("HTTP/") && IsDigit(version[5]) &&
                       version[6] == '.' && IsDigit(version[7]);
    if (!sound) return 400;
    head_.http_1_0 = version == "HTTP/1.0";
    head_.keep_alive = !head_.http_1_0;
    return head_.http_1_0 || version == "HTTP/1.1" ? 0 : 505;
  }

  int Field(std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == line.npos) return 400;
    const std::string_view name = line.substr(0, colon);
    if (!IsToken(name)) return 400;  // A folded line and a space before the colon too.
    const std::string_view value = Trim(line.substr(colon + 1));
    if (EqualsIgnoreCase(name, "Host")) return Host(value);
    if (EqualsIgnoreCase(name, "Content-Length")) return ContentLength(value);
    if (EqualsIgnoreCase(name, "Transfer-Encoding")) return TransferEncoding(value);
    if (EqualsIgnoreCase(name, "Expect")) return Expect(value);
    if (EqualsIgnoreCase(name, "Connection")) Connection(value);
    return 0;
  }

  int Host(std::string_view value) {
    if (std::exchange(has_host_, true)) return 400;
    const bool sound = !value.empty() && std::all_of(value.begin(), value.end(), [](char c) {
      return IsAlpha(c) || IsDigit(c) ||
             std::string_view(".-_:[]%").find(c) != std::string_view::npos;
    });
    head_.host = value;
    return sound ? 0 : 400;
  }

  int ContentLength(std::string_view value) {
    if (std::exchange(has_length_, true)) return 400;
    if (value.empty() || !std::all_of(value.begin(), value.end(), IsDigit)) return 400;
    const auto result =
        std::from_chars(value.data(), value.data() + value.size(), head_.content_length);
    return result.ec == std::errc() && head_.content_length <= limits_.max_body_bytes ? 0 : 413;
  }

  int TransferEncoding(std::string_view value) {
    if (std::exchange(head_.chunked, true)) return 400;
    return EqualsIgnoreCase(value, "chunked") ? 0 : 501;
  }

  int Expect(std::string_view value) {
    head_.expects_continue = EqualsIgnoreCase(value, "100-continue");
    return head_.expects_continue ? 0 : 417;
  }

  void Connection(std::string_view value) {
    while (!value.empty()) {
      const std::size_t comma = std::min(value.find(','), value.size());
      const std::string_view option = Trim(value.substr(0, comma));
      if (EqualsIgnoreCase(option, "close")) closes_ = true;
      if (EqualsIgnoreCase(option, "keep-alive")) head_.keep_alive = true;
      value.remove_prefix(std::min(comma + 1, value.size()));
    }
  }

  // What only the whole head can tell.
  int Conclude() {
    if (closes_) head_.keep_alive = false;
    if (head_.chunked && (has_length_ || head_.http_1_0)) return 400;
    if (!has_host_ && !head_.http_1_0) return 400;
    if (std::find(kMethods.begin(), kMethods.end(), head_.method) == kMethods.end()) return 501;
    const bool has_body = head_.chunked || head_.content_length > 0;
    if (has_body && (head_.method == "GET" || head_.method == "HEAD")) return 413;
    if (head_.target.front() == '/') return 0;
    return AbsolutePrefix(head_) > 0 ? 0 : 400;
  }

  const RequestLimits& limits_;
  RequestHead& head_;
  std::size_t fields_ = 0;
  bool has_host_ = false;
  bool has_length_ = false;
  bool closes_ = false;
};

}  // namespace

RequestHead ParseRequestHead(std::string_view head, const RequestLimits& limits) {
  RequestHead result;
  result.status = HeadParser(limits, result).Parse(head);
  return result;
}

std::size_t AbsolutePrefix(const RequestHead& head) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!EqualsIgnoreCase(head.target.substr(0, scheme.size()), scheme)) continue;
    const std::string_view rest = head.target.substr(scheme.size());
    const std::size_t slash = rest.find('/');
    if (slash == rest.npos || !EqualsIgnoreCase(rest.substr(0, slash), head.host)) return 0;
    return scheme.size() + slash;
  }
  return 0;
}

}  // namespace hostpulse::http
