#include "exporter/http/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/exporter/http/http_client.h"
#include "tests/exporter/http/server_fixture.h"

namespace hostpulse::http {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class HttpServerTest : public ServerTest {};

TEST_F(HttpServerTest, AnswersARoute) {
  AddRoute("/hello", {"GET"}, Text("hi\n"));
  Start();
  const std::string response = Get(address_, "/hello");
  EXPECT_THAT(response, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(HeaderOf(response, "Content-Length"), "3");
  EXPECT_EQ(HeaderOf(response, "Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(HeaderOf(response, "Connection"), "keep-alive");
  EXPECT_EQ(BodyOf(response), "hi\n");
}

TEST_F(HttpServerTest, HandlersSeeTheWholeRequest) {
  Request seen;
  AddRoute("/things/*", {"POST"}, [&](const Request& request) {
    seen = request;
    Response response;
    response.status = 204;
    return response;
  });
  Start();
  const std::string response =
      Ask(address_,
          "POST /things/caf%C3%A9%20x?a=1&b=%32 HTTP/1.1\r\nHost: test\r\nX-Thing:  a b \r\n"
          "Content-Length: 5\r\n\r\nhello");
  EXPECT_EQ(StatusOf(response), 204);
  EXPECT_EQ(HeaderOf(response, "Content-Length"), "");
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.path, "/things/café x");
  EXPECT_EQ(seen.query, "a=1&b=%32");
  EXPECT_EQ(seen.Header("x-thing"), "a b");
  EXPECT_EQ(seen.body, "hello");
  EXPECT_EQ(seen.peer, "127.0.0.1");
  EXPECT_TRUE(seen.peer_is_loopback);
  EXPECT_FALSE(seen.tls);
}

TEST_F(HttpServerTest, HeadHasTheLengthButNoBody) {
  AddRoute("/hello", {"GET"}, Text("hi\n"));
  Start();
  RawClient client(address_);
  client.Send("HEAD /hello HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
  const std::string response = client.ReadAll();
  EXPECT_EQ(HeaderOf(response, "Content-Length"), "3");
  EXPECT_EQ(BodyOf(response), "");
}

TEST_F(HttpServerTest, EveryAnswerCarriesTheSecurityHeaders) {
  AddRoute("/hello", {"GET"}, Text("hi\n"));
  Start();
  for (const char* path : {"/hello", "/nowhere", "/%00"}) {
    const std::string response = Get(address_, path);
    EXPECT_EQ(HeaderOf(response, "X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(HeaderOf(response, "Content-Security-Policy"),
              "default-src 'none'; frame-ancestors 'none'");
    EXPECT_EQ(HeaderOf(response, "X-Frame-Options"), "DENY");
    EXPECT_EQ(HeaderOf(response, "Referrer-Policy"), "no-referrer");
    EXPECT_EQ(HeaderOf(response, "Cross-Origin-Resource-Policy"), "same-origin");
    EXPECT_EQ(HeaderOf(response, "Cache-Control"), "no-store");
    EXPECT_EQ(HeaderOf(response, "Server"), "");
    EXPECT_EQ(HeaderOf(response, "Access-Control-Allow-Origin"), "");
  }
}

TEST_F(HttpServerTest, AHandlersOwnHeaderTakesThePlaceOfTheDefault) {
  AddRoute("/page", {"GET"}, [](const Request&) {
    Response response;
    response.headers = {{"Content-Security-Policy", "default-src 'self'"}};
    return response;
  });
  Start();
  const std::string response = Get(address_, "/page");
  EXPECT_EQ(HeaderOf(response, "Content-Security-Policy"), "default-src 'self'");
  EXPECT_EQ(response.find("frame-ancestors"), response.npos);
}

TEST_F(HttpServerTest, AnExceptionIsA500AndTheServerLives) {
  AddRoute("/throw", {"GET"}, [](const Request&) -> Response { throw std::runtime_error("x"); });
  AddRoute("/odd", {"GET"}, [](const Request&) -> Response { throw 42; });
  AddRoute("/hello", {"GET"}, Text("hi\n"));
  Start();
  EXPECT_EQ(StatusOf(Get(address_, "/throw")), 500);
  EXPECT_EQ(StatusOf(Get(address_, "/odd")), 500);
  EXPECT_EQ(StatusOf(Get(address_, "/hello")), 200);
}

TEST_F(HttpServerTest, ErrorsDoNotEchoThePath) {
  Start();
  EXPECT_THAT(Get(address_, "/secret-thing"), Not(HasSubstr("secret-thing")));
}

TEST_F(HttpServerTest, KeepsAConnectionForTheNextRequest) {
  AddRoute("/hello", {"GET"}, Text("hi\n"));
  Start();
  RawClient client(address_);
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(client.Send("GET /hello HTTP/1.1\r\nHost: test\r\n\r\n"));
    ASSERT_EQ(BodyOf(client.ReadResponse()), "hi\n") << i;
  }
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
  AddRoute("/a", {"GET"}, Text("a"));
  AddRoute("/b", {"POST"}, [](const Request& request) {
    Response response;
    response.body = request.body;
    return response;
  });
  Start();
  RawClient client(address_);
  client.Send(
      "GET /a HTTP/1.1\r\nHost: test\r\n\r\n"
      "POST /b HTTP/1.1\r\nHost: test\r\nContent-Length: 1\r\n\r\nx\r\n"
      "POST /b HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n"
      "2\r\nyy\r\n1\r\nz\r\n0\r\n\r\n"
      "GET /a HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(BodyOf(client.ReadResponse()), "a");
  EXPECT_EQ(BodyOf(client.ReadResponse()), "x");
  EXPECT_EQ(BodyOf(client.ReadResponse()), "yyz");
  EXPECT_EQ(BodyOf(client.ReadResponse()), "a");
  EXPECT_TRUE(client.IsClosed());
}

TEST_F(HttpServerTest, OldAndClosingClientsAreClosed) {
  AddRoute("/hello", {"GET"}, Text("hi\n"));
  Start();
  for (const char* request : {"GET /hello HTTP/1.0\r\n\r\n",
                              "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"}) {
    RawClient client(address_);
    client.Send(request);
    const std::string response = client.ReadResponse();
    EXPECT_EQ(StatusOf(response), 200);
    EXPECT_EQ(HeaderOf(response, "Connection"), "close");
    EXPECT_TRUE(client.IsClosed());
  }
}

TEST_F(HttpServerTest, WaitsForARequestThatDrips) {
  AddRoute("/b", {"POST"}, [](const Request& request) {
    Response response;
    response.body = request.body;
    return response;
  });
  Start();
  RawClient client(address_);
  for (const char c :
       std::string("POST /b HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\n\r\nabc")) {
    ASSERT_TRUE(client.Send(std::string_view(&c, 1)));
  }
  EXPECT_EQ(BodyOf(client.ReadResponse()), "abc");
}

TEST_F(HttpServerTest, SaysContinueToWhoWaitsForIt) {
  AddRoute("/b", {"POST"}, Text("done"));
  Start();
  RawClient client(address_);
  client.Send(
      "POST /b HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.ReadResponse(false), "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send("abc");
  EXPECT_EQ(BodyOf(client.ReadResponse()), "done");
}

}  // namespace
}  // namespace hostpulse::http
