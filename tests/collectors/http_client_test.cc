#include "collectors/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <chrono>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>

#include "tests/support/host_tree.h"
#include "tests/support/scripted_receiver.h"

namespace hostpulse::collectors {
namespace {

using test::ScriptedReceiver;
using testing::HasSubstr;
using testing::Not;

HttpEndpoint EndpointOf(std::string_view url) {
  auto endpoint = ParseHttpEndpoint(url, "/RPC2");
  EXPECT_EQ(endpoint.status(), Status()) << url;
  return endpoint ? *endpoint : HttpEndpoint();
}

TEST(HttpEndpointTest, TakesAUrlApart) {
  const HttpEndpoint endpoint = EndpointOf("HTTP://alice:p%40ss@web-1:9001/RPC2?x=1#top");
  EXPECT_EQ(endpoint.host, "web-1");
  EXPECT_EQ(endpoint.port, "9001");
  EXPECT_EQ(endpoint.target, "/RPC2?x=1");
  EXPECT_EQ(endpoint.host_header, "web-1:9001");
  EXPECT_EQ(endpoint.authorization, "Basic YWxpY2U6cEBzcw==");  // alice:p@ss
  EXPECT_EQ(endpoint.shown, "http://web-1:9001/RPC2?x=1");
}

TEST(HttpEndpointTest, FillsInWhatIsLeftOut) {
  const HttpEndpoint endpoint = EndpointOf("http://web-1");
  EXPECT_EQ(endpoint.port, "80");
  EXPECT_EQ(endpoint.target, "/");
  EXPECT_EQ(endpoint.authorization, "");
  EXPECT_EQ(EndpointOf("http://web-1?x").target, "/?x");
  EXPECT_EQ(EndpointOf("http://u@web-1").authorization, "Basic dTo=");    // u:
  EXPECT_EQ(EndpointOf("http://u:p@web-1").authorization, "Basic dTpw");  // u:p
}

TEST(HttpEndpointTest, KnowsIpv6Addresses) {
  EXPECT_EQ(EndpointOf("http://[::1]:9001/").host, "::1");
  EXPECT_EQ(EndpointOf("http://[::1]:9001/").port, "9001");
  EXPECT_EQ(EndpointOf("http://[::1]/").port, "80");
  EXPECT_EQ(EndpointOf("http://[::1]/").host_header, "[::1]");
}

TEST(HttpEndpointTest, KnowsSockets) {
  const HttpEndpoint endpoint = EndpointOf("unix:///run/super%20visor.sock");
  EXPECT_EQ(endpoint.socket, "/run/super visor.sock");
  EXPECT_EQ(endpoint.target, "/RPC2");
  EXPECT_EQ(EndpointOf("unix:/run/s.sock").socket, "/run/s.sock");
}

TEST(HttpEndpointTest, RefusesOthersWithoutQuotingThem) {
  for (const char* bad :
       {"", "localhost:9001", "https://u:secret@x/", "ftp://u:secret@x/", "http:/x", "http://",
        "http://:9001/", "http://x:0/", "http://x:99999/", "http://x:/", "http://x y/",
        "http://x/\r\nHost: y", "http://u:secret%zz@x/", "http://u:secret%00@x/", "unix://",
        "unix://relative", "unix:///a%00b"}) {
    const auto endpoint = ParseHttpEndpoint(bad, "/RPC2");
    EXPECT_EQ(endpoint.status().code(), ErrorCode::kInvalid) << bad;
    EXPECT_THAT(endpoint.status().message(), Not(HasSubstr("secret")));
  }
}

class HttpClientTest : public ::testing::Test {
 protected:
  HttpClient Client(HttpLimits limits = {}) {
    return {EndpointOf(server_.Url("/RPC2")), clock_, limits};
  }
  void Answer(test::ScriptedAnswer answer) { server_.SetUsual(std::move(answer)); }
  // How a request fails against that raw answer.
  Status FailureOf(std::string_view raw, HttpLimits limits = {}) {
    Answer({.raw = std::string(raw)});
    HttpClient client = Client(limits);
    return client.Post("text/xml", "<x/>").status();
  }

  SystemClock clock_;
  ScriptedReceiver server_;
};

TEST_F(HttpClientTest, PostsAndGivesTheBody) {
  Answer({.status = 200, .body = "<answer/>"});
  HttpClient client = Client();
  for (int i = 0; i < 2; ++i) {
    const auto body = client.Post("text/xml", "<question/>");
    ASSERT_EQ(body.status(), Status());
    EXPECT_EQ(*body, "<answer/>");
  }
  const auto requests = server_.Requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[0].method, "POST");
  EXPECT_EQ(requests[0].target, "/RPC2");
  EXPECT_EQ(requests[0].body, "<question/>");
  EXPECT_EQ(requests[0].headers.at("content-type"), "text/xml");
  EXPECT_EQ(requests[0].headers.at("host"), server_.Url("").substr(7));
  EXPECT_EQ(requests[0].headers.count("authorization"), 0U);
  EXPECT_NE(requests[0].connection, requests[1].connection);
}

TEST_F(HttpClientTest, TellsUserAndPassword) {
  Answer({.status = 200, .body = "x"});
  HttpClient client(EndpointOf("http://u:p@" + server_.Url("/").substr(7)), clock_);
  EXPECT_EQ(client.Post("text/xml", "").status(), Status());
  EXPECT_EQ(server_.Requests()[0].headers.at("authorization"), "Basic dTpw");
}

TEST_F(HttpClientTest, ReadsUntilTheEndWhereNoLengthIsTold) {
  Answer({.raw = "HTTP/1.0 200 OK\r\nServer: x\r\n\r\n" + std::string(100'000, 'y')});
  HttpClient client = Client();
  const auto body = client.Post("text/xml", "<x/>");
  ASSERT_EQ(body.status(), Status());
  EXPECT_EQ(*body, std::string(100'000, 'y'));
}

TEST_F(HttpClientTest, TellsTheStatusAndTheUrl) {
  Answer({.status = 500});
  HttpClient client = Client();
  const auto failed = client.Post("text/xml", "<x/>");
  EXPECT_EQ(failed.status(), Status(ErrorCode::kIo, server_.Url("/RPC2") + ": HTTP status 500"));
  Answer({.status = 401});
  EXPECT_EQ(client.Post("text/xml", "<x/>").status().code(), ErrorCode::kPermission);
}

TEST_F(HttpClientTest, RefusesWhatIsNoHttp) {
  for (const char* raw : {"SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.0 200 OK\r\n", "HTTP/2 200\r\n\r\n",
                          "HTTP/1.0 OK\r\n\r\n", "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nab",
                          "HTTP/1.0 200 OK\r\nContent-Length: -1\r\n\r\nab",
                          "HTTP/1.0 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\nab",
                          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"}) {
    EXPECT_EQ(FailureOf(raw).code(), ErrorCode::kParse) << raw;
  }
}

TEST_F(HttpClientTest, ReadsNoMoreThanItsLimits) {
  const HttpLimits limits{.head_bytes = 100, .body_bytes = 1000};
  EXPECT_THAT(FailureOf("HTTP/1.0 200 OK\r\n\r\n" + std::string(10'000, 'y'), limits).message(),
              HasSubstr("answer too long"));
  EXPECT_THAT(
      FailureOf("HTTP/1.0 200 OK\r\nX: " + std::string(200, 'y') + "\r\n\r\n", limits).message(),
      HasSubstr("no head of HTTP"));
  Answer({.status = 200, .endless = true});
  HttpClient client = Client(limits);
  EXPECT_EQ(client.Post("text/xml", "<x/>").status().code(), ErrorCode::kParse);
}

TEST_F(HttpClientTest, DoesNotWaitForEver) {
  Answer({.status = 200, .delay = std::chrono::seconds(60)});
  HttpClient client = Client({.time = std::chrono::milliseconds(30)});
  EXPECT_EQ(client.Post("text/xml", "<x/>").status().code(), ErrorCode::kTimeout);
}

TEST_F(HttpClientTest, TellsThatNobodyListens) {
  std::string url;
  {
    const ScriptedReceiver gone;
    url = gone.Url("/");
  }
  HttpClient client(EndpointOf(url), clock_);
  const auto failed = client.Post("text/xml", "<x/>");
  EXPECT_EQ(failed.status().code(), ErrorCode::kIo);
  EXPECT_THAT(failed.status().message(), HasSubstr(url + ": connect: "));
}

// Answers one request on a Unix socket.
class UnixServer {
 public:
  explicit UnixServer(const std::string& path)
      : listener_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(listener_.get(), 1), 0);
    thread_ = std::thread([this] { Serve(); });
  }
  ~UnixServer() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
  }

 private:
  void Serve() {
    const UniqueFd peer(::accept(listener_.get(), nullptr, nullptr));
    std::array<char, 4096> request{};
    if (::recv(peer.get(), request.data(), request.size(), 0) <= 0) return;
    constexpr std::string_view kAnswer = "HTTP/1.0 200 OK\r\n\r\nfrom the socket";
    ::send(peer.get(), kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL);
  }

  UniqueFd listener_;
  std::thread thread_;
};

TEST_F(HttpClientTest, AsksBehindASocket) {
  const HostTree host;
  const std::string path = host.Path("root/s.sock");
  HttpClient client(EndpointOf("unix://" + path), clock_);
  EXPECT_EQ(client.Post("text/xml", "<x/>").status().code(), ErrorCode::kAbsent);

  const UnixServer server(path);
  const auto body = client.Post("text/xml", "<x/>");
  ASSERT_EQ(body.status(), Status());
  EXPECT_EQ(*body, "from the socket");
}

TEST_F(HttpClientTest, RefusesAPathThatIsTooLong) {
  HttpClient client(EndpointOf("unix:///" + std::string(200, 'x')), clock_);
  EXPECT_EQ(client.Post("text/xml", "<x/>").status().code(), ErrorCode::kIo);
}

}  // namespace
}  // namespace hostpulse::collectors
