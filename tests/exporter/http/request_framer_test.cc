#include "exporter/http/request_framer.h"

#include <gtest/gtest.h>

namespace hostpulse::http {
namespace {

using State = RequestFramer::State;

TEST(RequestFramerTest, FindsTheEndOfARequestWhateverFollows) {
  RequestFramer framer{RequestLimits{}};
  const std::string request = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
  EXPECT_EQ(framer.Advance(request + "GET /"), State::kComplete);
  EXPECT_EQ(framer.size(), request.size());
}

TEST(RequestFramerTest, IsIncompleteAtEveryByteBeforeTheLast) {
  for (const std::string request : {"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
                                    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
                                    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
                                    "chunked\r\n\r\na\r\n0123456789\r\n0\r\n\r\n"}) {
    RequestFramer framer{RequestLimits{}};
    for (std::size_t size = 1; size < request.size(); ++size) {
      ASSERT_EQ(framer.Advance(request.substr(0, size)), State::kIncomplete) << size;
    }
    EXPECT_EQ(framer.Advance(request), State::kComplete);
    EXPECT_EQ(framer.size(), request.size());
  }
}

TEST(RequestFramerTest, KnowsWhoWantsToStay) {
  const auto stays = [](const std::string& request) {
    RequestFramer framer{RequestLimits{}};
    EXPECT_EQ(framer.Advance(request), State::kComplete) << request;
    return framer.keep_alive();
  };
  EXPECT_TRUE(stays("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_FALSE(stays("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(stays("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"));
  EXPECT_FALSE(stays("GET / HTTP/1.1\r\nHost: a\r\nConnection: foo, Close\r\n\r\n"));
  EXPECT_FALSE(stays("GET / HTTP/1.1\r\nHost: a\r\nConnection: close, keep-alive\r\n\r\n"));
}

TEST(RequestFramerTest, RefusesBeforeTheHeadIsComplete) {
  RequestFramer framer{RequestLimits{.max_head_bytes = 20}};
  EXPECT_EQ(framer.Advance(std::string(20, 'G')), State::kIncomplete);
  EXPECT_EQ(framer.Advance(std::string(21, 'G')), State::kBad);
  EXPECT_EQ(framer.status(), 431);
}

TEST(ChunkedBodyTest, CountsWhatTheBodyIsAllowed) {
  EXPECT_EQ(ScanChunkedBody("2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", 3).size, 18u);
  EXPECT_EQ(ScanChunkedBody("2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n", 3).status, 413);
}

}  // namespace
}  // namespace hostpulse::http
