// A connection of any bytes through the framer, whole and in two pieces.

#include <cstdlib>
#include <string_view>

#include "exporter/http/request_framer.h"
#include "exporter/http/request_head.h"
#include "tests/fuzz/fuzz_target.h"

using hostpulse::http::RequestFramer;
using hostpulse::http::RequestLimits;

namespace {

struct Verdict {
  RequestFramer::State state;
  int status;
  std::size_t size;

  bool operator==(const Verdict&) const = default;
};

Verdict VerdictOf(const RequestFramer& framer, RequestFramer::State state) {
  const bool complete = state == RequestFramer::State::kComplete;
  const bool bad = state == RequestFramer::State::kBad;
  return {state, bad ? framer.status() : 0, complete ? framer.size() : 0};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const RequestLimits limits{1024, 16, 256};
  RequestFramer whole(limits);
  const Verdict verdict = VerdictOf(whole, whole.Advance(input));
  if (verdict.size > size) std::abort();
  if (verdict.state == RequestFramer::State::kBad && verdict.status < 400) std::abort();
  RequestFramer pieces(limits);
  const auto first = pieces.Advance(input.substr(0, size / 2));
  if (first == RequestFramer::State::kIncomplete) {
    if (VerdictOf(pieces, pieces.Advance(input)) != verdict) std::abort();
  }
  return 0;
}

std::vector<std::string> hostpulse::fuzz::Seeds() {
  return {
      "GET /metrics HTTP/1.1\r\nHost: web-01:9100\r\nAccept-Encoding: gzip\r\n\r\n",
      "GET http://web-01:9100/metrics?collect[]=cpu HTTP/1.1\r\nHost: web-01:9100\r\n\r\n",
      "PUT /loggers/push HTTP/1.1\r\nHost: h\r\nContent-Length: 17\r\n\r\n{\"level\":\"debug\"}",
      "POST /-/reload HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
      "chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
      "PUT /loggers HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
      "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
  };
}
