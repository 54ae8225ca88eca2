// What other servers let pass, line by line, over bare sockets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/exporter/http/http_client.h"
#include "tests/exporter/http/server_fixture.h"

namespace hostpulse::http {
namespace {

class RequestAbuseTest : public ServerTest {
 protected:
  void SetUp() override {
    AddRoute("/metrics", {"GET", "POST"}, [this](const Request&) {
      ++answered_;
      Response response;
      response.body = "up 1\n";
      return response;
    });
    AddRoute("/loggers/*", {"GET", "POST"}, Text("{}"));
    Start();
  }

  // The status of the answer to `request`; the connection must then be closed, with nothing else
  // answered on it.
  int Refusal(std::string_view request) {
    RawClient client(address_);
    client.Send(request);
    const std::string all = client.ReadAll();
    const int status = StatusOf(all);
    const std::size_t head = all.find("\r\n\r\n");
    EXPECT_EQ(HeaderOf(all, "Connection"), "close");
    EXPECT_EQ(all.size(), head + 4 + std::stoul("0" + HeaderOf(all, "Content-Length"))) << all;
    return status;
  }
  int StatusOfGet(std::string_view path) { return StatusOf(Get(address_, path)); }

  std::atomic<int> answered_ = 0;
};

TEST_F(RequestAbuseTest, LengthAndChunksTogether) {
  EXPECT_EQ(Refusal("POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
                    "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                    "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"),
            400);
  EXPECT_EQ(answered_, 0);
}

TEST_F(RequestAbuseTest, LengthsThatAreNone) {
  for (const char* length : {"5abc", "+5", "-1", "0x5", "5, 5", "", "5 5"}) {
    EXPECT_EQ(Refusal("POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: " +
                      std::string(length) + "\r\n\r\nhello"),
              400)
        << length;
  }
  EXPECT_EQ(Refusal("POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
                    "Content-Length: 6\r\n\r\nhello"),
            400);
  EXPECT_EQ(answered_, 0);
}

TEST_F(RequestAbuseTest, LengthsThatAreTooLarge) {
  for (const char* length :
       {"4097", "1000000000000", "9223372036854775808", "99999999999999999999999999"}) {
    EXPECT_EQ(Refusal("POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: " +
                      std::string(length) + "\r\n\r\n"),
              413)
        << length;
  }
}

TEST_F(RequestAbuseTest, HostsThatAreNone) {
  EXPECT_EQ(Refusal("GET /metrics HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(Refusal("GET /metrics HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(Refusal("GET /metrics HTTP/1.1\r\nHost:\r\n\r\n"), 400);
  EXPECT_EQ(Refusal("GET /metrics HTTP/1.1\r\nHost: a/b\r\n\r\n"), 400);
  EXPECT_EQ(Refusal("GET /metrics HTTP/1.1\r\nHost: a, b\r\n\r\n"), 400);
}

TEST_F(RequestAbuseTest, LinesThatAreNone) {
  EXPECT_EQ(Refusal("GET /metrics HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n"), 400);
  EXPECT_EQ(Refusal("GET /metrics HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n"), 400);
  EXPECT_EQ(Refusal("GET /metrics HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n"), 400);
  EXPECT_EQ(Refusal("GET /metrics HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n"), 400);
  EXPECT_EQ(Refusal("GET /metrics HTTP/1.1\nHost: a\n\n"), 400);
  EXPECT_EQ(Refusal("GET /metrics HTTP/1.1\r\nHost: a\r\nX: b\rc\r\n\r\n"), 400);
  EXPECT_EQ(Refusal("GET  /metrics HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(Refusal("GET /metrics\tHTTP/1.1\r\nHost: a\r\n\r\n"), 400);
}

TEST_F(RequestAbuseTest, MoreHeadersThanAreRead) {
  std::string request = "GET /metrics HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 63; ++i) request += "X-" + std::to_string(i) + ": y\r\n";
  EXPECT_EQ(StatusOf(Ask(address_, request + "\r\n")), 200);
  EXPECT_EQ(Refusal(request + "X-63: y\r\n\r\n"), 431);
}

TEST_F(RequestAbuseTest, AHeadThatIsTooLarge) {
  EXPECT_EQ(
      Refusal("GET /metrics HTTP/1.1\r\nHost: a\r\nX: " + std::string(20000, 'x') + "\r\n\r\n"),
      431);
  EXPECT_EQ(Refusal("GET /" + std::string(20000, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n"), 431);
  EXPECT_EQ(Refusal("GET /metrics HTTP/1.1\r\nHost: a\r\nX: " + std::string(1000000, 'x')), 431);
}

TEST_F(RequestAbuseTest, ChunksThatAreNone) {
  const std::string head =
      "POST /metrics HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const char* body : {"FFFFFFFFFFFFFFFF\r\n", "-1\r\nx\r\n0\r\n\r\n",
                           "1;ext\r\nx\r\n0\r\n\r\n", "1\r\nxy\r\n0\r\n\r\n", "1\nx\n0\n\n",
                           "0x1\r\nx\r\n0\r\n\r\n", "\r\n", "0\r\nTrailer: x\r\n\r\n"}) {
    EXPECT_EQ(Refusal(head + body), 400) << body;
  }
  EXPECT_EQ(Refusal(head + "FFFFFFFF\r\n"), 413);
  EXPECT_EQ(
      Refusal("POST /metrics HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"),
      501);
  EXPECT_EQ(Refusal("POST /metrics HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400);
}

TEST_F(RequestAbuseTest, MethodsThatAreNotOffered) {
  for (const char* method : {"CONNECT", "PUT", "DELETE", "MKCOL", "PROPFIND", "PATCH", "OPTIONS"}) {
    const std::string response =
        Ask(address_, std::string(method) + " /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(StatusOf(response), 405) << method;
    EXPECT_EQ(HeaderOf(response, "Allow"), "GET, HEAD, POST") << method;
  }
  EXPECT_EQ(Refusal("TRACE /metrics HTTP/1.1\r\nHost: a\r\n\r\n"), 501);
  EXPECT_EQ(Refusal("BREW /metrics HTTP/1.1\r\nHost: a\r\n\r\n"), 501);
  EXPECT_EQ(Refusal("get /metrics HTTP/1.1\r\nHost: a\r\n\r\n"), 501);
  EXPECT_EQ(answered_, 0);
}

TEST_F(RequestAbuseTest, PathsThatAreAnothers) {
  for (const char* path : {"/METRICS", "//metrics", "/metrics/", "/metricsx", "/metri"}) {
    EXPECT_EQ(StatusOfGet(path), 404) << path;
  }
  for (const char* path :
       {"/metrics%00x", "/loggers/../metrics", "/loggers/%2e%2e/metrics", "/./metrics",
        "/%2fmetrics", "/loggers%2fx", "/a%", "/a%zz", "/a%ff", "/a%0d%0aX:%20y"}) {
    EXPECT_EQ(StatusOfGet(path), 400) << path;
  }
  EXPECT_EQ(StatusOfGet("/%6detrics"), 200);
}

TEST_F(RequestAbuseTest, TargetsThatAreNoPath) {
  EXPECT_EQ(Refusal("GET http://other/metrics HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(Refusal("GET http://a HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(Refusal("GET ftp://a/metrics HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(Refusal("GET metrics HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(Refusal("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(Refusal("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf(Ask(address_, "GET http://A:1/metrics HTTP/1.1\r\nHost: a:1\r\n\r\n")), 200);
}

TEST_F(RequestAbuseTest, BytesThatAreNoRequest) {
  using namespace std::string_literals;
  EXPECT_EQ(Refusal("GET /metrics HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n"s), 400);
  EXPECT_EQ(Refusal("GET /m\xc3\xa9trics HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(Refusal("GET /metrics\r\n\r\n"), 400);
  EXPECT_EQ(Refusal("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s), 400);
  EXPECT_EQ(Refusal("GET /metrics HTTP/9.9\r\nHost: a\r\n\r\n"), 505);
  EXPECT_EQ(Refusal("GET /metrics HTTP/2.0\r\nHost: a\r\n\r\n"), 505);
  EXPECT_EQ(Refusal("GET /metrics HTTP/1.10\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(Refusal("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505);
  EXPECT_EQ(answered_, 0);
}

TEST_F(RequestAbuseTest, Preflights) {
  const std::string response = Ask(address_,
                                   "OPTIONS /metrics HTTP/1.1\r\nHost: a\r\n"
                                   "Origin: http://evil.example\r\n"
                                   "Access-Control-Request-Method: POST\r\n\r\n");
  EXPECT_EQ(StatusOf(response), 403);
  EXPECT_THAT(response, testing::Not(testing::HasSubstr("Access-Control-Allow")));
}

TEST_F(RequestAbuseTest, BodiesWhereNoneBelongs) {
  EXPECT_EQ(Refusal("GET /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"), 413);
  EXPECT_EQ(Refusal("GET /metrics HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"), 413);
  EXPECT_EQ(StatusOf(Get(address_, "/metrics", "Content-Length: 0\r\n")), 200);
}

TEST_F(RequestAbuseTest, ExpectationsThatCannotBeMet) {
  EXPECT_EQ(Refusal("POST /metrics HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n"), 417);
}

}  // namespace
}  // namespace hostpulse::http
