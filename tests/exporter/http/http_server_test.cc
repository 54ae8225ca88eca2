#include "exporter/http/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>

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

TEST_F(HttpServerTest, SendsALargeBodyToASlowReader) {
  const std::string large(8 * 1024 * 1024, 'x');
  AddRoute("/large", {"GET"}, Text(large));
  options_.worker_threads = 1;
  AddRoute("/hello", {"GET"}, Text("hi\n"));
  Start();
  RawClient slow(address_);
  slow.Send("GET /large HTTP/1.1\r\nHost: test\r\n\r\n");
  // The only worker is free again although nothing has been read.
  EXPECT_EQ(BodyOf(Get(address_, "/hello")), "hi\n");
  EXPECT_EQ(BodyOf(slow.ReadResponse()).size(), large.size());
}

TEST_F(HttpServerTest, AThousandIdleConnectionsDoNotStarveAScrape) {
  AddRoute("/hello", {"GET"}, Text("hi\n"));
  options_.worker_threads = 2;
  Start();
  std::vector<std::unique_ptr<RawClient>> idle;
  for (int i = 0; i < 1000; ++i) {
    idle.push_back(std::make_unique<RawClient>(address_));
    if (i % 3 == 1) idle.back()->Send("GET /hello HTTP/1.1\r\nHost:");
    if (i % 3 == 2) {
      idle.back()->Send("GET /hello HTTP/1.1\r\nHost: test\r\n\r\n");
      ASSERT_EQ(StatusOf(idle.back()->ReadResponse()), 200);
    }
  }
  EXPECT_EQ(BodyOf(Get(address_, "/hello")), "hi\n");
}

TEST_F(HttpServerTest, ClosesTheOldestConnectionBeyondTheLimit) {
  AddRoute("/hello", {"GET"}, Text("hi\n"));
  options_.max_connections = 8;
  Start();
  RawClient first(address_);
  std::vector<std::unique_ptr<RawClient>> more;
  for (int i = 0; i < 20; ++i) more.push_back(std::make_unique<RawClient>(address_));
  EXPECT_TRUE(first.IsClosed());
  EXPECT_EQ(BodyOf(Get(address_, "/hello")), "hi\n");
}

TEST_F(HttpServerTest, GivesUpOnARequestThatDoesNotComeToItsEnd) {
  options_.header_timeout = std::chrono::milliseconds(50);
  Start();
  RawClient half(address_);
  half.Send("GET / HTTP/1.1\r\n");
  EXPECT_EQ(StatusOf(half.ReadResponse()), 408);
  EXPECT_TRUE(half.IsClosed());
  RawClient silent(address_);
  EXPECT_TRUE(silent.IsClosed());
}

TEST_F(HttpServerTest, ServesManyAtOnce) {
  AddRoute("/hello", {"GET"}, Text("hi\n"));
  Start();
  std::atomic<int> good = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&] {
      RawClient client(address_);
      for (int j = 0; j < 100; ++j) {
        client.Send("GET /hello HTTP/1.1\r\nHost: test\r\n\r\n");
        if (BodyOf(client.ReadResponse()) == "hi\n") ++good;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(good, 800);
}

TEST_F(HttpServerTest, HandlersRunSideBySide) {
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  AddRoute("/wait", {"GET"}, [&](const Request&) {
    released.wait();
    return Response{};
  });
  AddRoute("/hello", {"GET"}, Text("hi\n"));
  options_.worker_threads = 2;
  Start();
  RawClient waiting(address_);
  waiting.Send("GET /wait HTTP/1.1\r\nHost: test\r\n\r\n");
  EXPECT_EQ(StatusOf(Get(address_, "/hello")), 200);
  release.set_value();
  EXPECT_EQ(StatusOf(waiting.ReadResponse()), 200);
}

TEST_F(HttpServerTest, StopsAtOnceWithConnectionsOpen) {
  AddRoute("/hello", {"GET"}, Text("hi\n"));
  Start();
  RawClient silent(address_);
  RawClient half(address_);
  half.Send("GET /hel");
  RawClient kept(address_);
  kept.Send("GET /hello HTTP/1.1\r\nHost: test\r\n\r\n");
  EXPECT_EQ(StatusOf(kept.ReadResponse()), 200);

  std::future<void> stopped = std::async(std::launch::async, [&] { server_.reset(); });
  EXPECT_EQ(stopped.wait_for(std::chrono::seconds(1)), std::future_status::ready);
  stopped.wait();
  EXPECT_TRUE(silent.IsClosed());
  EXPECT_TRUE(half.IsClosed());
  EXPECT_TRUE(kept.IsClosed());
}

TEST_F(HttpServerTest, SurvivesRunningOutOfDescriptors) {
  AddRoute("/hello", {"GET"}, Text("hi\n"));
  Start();
  // The clients have their sockets; the server finds a few descriptors and then none.
  std::vector<UniqueFd> sockets;
  for (int i = 0; i < 40; ++i)
    sockets.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  rlimit tight = before;
  tight.rlim_cur = static_cast<rlim_t>(sockets.back().get()) + 4;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);

  std::vector<std::unique_ptr<RawClient>> clients;
  for (UniqueFd& socket : sockets) {
    clients.push_back(std::make_unique<RawClient>(std::move(socket), address_));
  }
  EXPECT_TRUE(clients.front()->IsClosed());
  clients.back()->Send("GET /hello HTTP/1.1\r\nHost: test\r\n\r\n");
  EXPECT_EQ(BodyOf(clients.back()->ReadResponse()), "hi\n");
  ::setrlimit(RLIMIT_NOFILE, &before);
}

}  // namespace
}  // namespace hostpulse::http
