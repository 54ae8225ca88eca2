// Many connections, slow ones, idle ones, and the end of them.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <atomic>
#include <future>
#include <thread>

#include "tests/exporter/http/http_client.h"
#include "tests/exporter/http/server_fixture.h"

namespace hostpulse::http {
namespace {

class ConnectionsTest : public ServerTest {};

TEST_F(ConnectionsTest, SendsALargeBodyToASlowReader) {
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

TEST_F(ConnectionsTest, AThousandIdleConnectionsDoNotStarveAScrape) {
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

TEST_F(ConnectionsTest, ClosesTheOldestConnectionBeyondTheLimit) {
  AddRoute("/hello", {"GET"}, Text("hi\n"));
  options_.max_connections = 8;
  Start();
  RawClient first(address_);
  std::vector<std::unique_ptr<RawClient>> more;
  for (int i = 0; i < 20; ++i) more.push_back(std::make_unique<RawClient>(address_));
  EXPECT_TRUE(first.IsClosed());
  EXPECT_EQ(BodyOf(Get(address_, "/hello")), "hi\n");
}

TEST_F(ConnectionsTest, GivesUpOnARequestThatDoesNotComeToItsEnd) {
  options_.header_timeout = std::chrono::milliseconds(50);
  Start();
  RawClient half(address_);
  half.Send("GET / HTTP/1.1\r\n");
  EXPECT_EQ(StatusOf(half.ReadResponse()), 408);
  EXPECT_TRUE(half.IsClosed());
  RawClient silent(address_);
  EXPECT_TRUE(silent.IsClosed());
}

TEST_F(ConnectionsTest, ServesManyAtOnce) {
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

TEST_F(ConnectionsTest, HandlersRunSideBySide) {
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

TEST_F(ConnectionsTest, StopsAtOnceWithConnectionsOpen) {
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

TEST_F(ConnectionsTest, SurvivesRunningOutOfDescriptors) {
  AddRoute("/hello", {"GET"}, Text("hi\n"));
  Start();
  // The undefined-behaviour sanitizer opens a pipe to look at an object's vtable, and calls one bad
  // where that fails. It looks at each kind once: a request shows it those of the server.
  EXPECT_EQ(BodyOf(Get(address_, "/hello")), "hi\n");
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
