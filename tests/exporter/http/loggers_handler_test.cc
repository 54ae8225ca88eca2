#include "exporter/http/loggers_handler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "tests/support/fake_clock.h"
#include "tests/support/log_capture.h"

namespace hostpulse::http {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using Json = nlohmann::ordered_json;

class LoggersHandlerTest : public testing::Test {
 protected:
  LoggersHandlerTest() {
    for (const char* name : {"push.primary", "collector.cpu", "http"}) registry_.Get(name);
  }

  // A request as curl sends it, on this host. The server finds the route by its path.
  Response Send(std::string method, std::string path, std::string body = "",
                std::vector<std::pair<std::string, std::string>> headers = {}) {
    Request request;
    request.method = std::move(method);
    request.path = std::move(path);
    request.body = std::move(body);
    request.peer = peer_;
    request.user = user_;
    request.peer_is_loopback = peer_ == "127.0.0.1";
    request.headers = std::move(headers);
    request.headers.emplace_back("Host", "localhost:9100");
    const std::vector<Route> routes = LoggersRoutes(registry_, options_, registry_.Get("http"));
    for (const Route& route : routes) {
      const std::string prefix = route.path.substr(0, route.path.find('*'));
      const bool matches = prefix.size() < route.path.size() ? request.path.starts_with(prefix)
                                                             : request.path == route.path;
      if (matches) return Checked(route.handler(request));
    }
    Response none;
    none.status = 404;
    return none;
  }
  Response Post(std::string name, std::string body) {
    return Send("POST", "/loggers/" + std::move(name), std::move(body));
  }
  Json Get(std::string name) {
    const Response response = Send("GET", "/loggers/" + std::move(name));
    EXPECT_EQ(response.status, 200);
    return Json::parse(response.body, nullptr, false);
  }

  // What holds for every answer.
  static Response Checked(Response response) {
    EXPECT_THAT(response.headers, AllOf(Contains(Pair("Cache-Control", "no-store")),
                                        Contains(Pair("X-Content-Type-Options", "nosniff"))));
    for (const auto& [name, value] : response.headers) {
      EXPECT_FALSE(name.starts_with("Access-Control-")) << name;
    }
    if (response.status >= 400) {
      const Json error = Json::parse(response.body, nullptr, false);
      EXPECT_TRUE(error.is_object() && error.contains("error")) << response.body;
    }
    return response;
  }

  FakeClock clock_;
  LogCapture log_;
  LoggerRegistry registry_{{.level = LogLevel::kInfo, .fd = log_.fd()}, clock_};
  LoggersOptions options_;
  std::string peer_ = "127.0.0.1";
  std::string user_;
};

TEST_F(LoggersHandlerTest, ShowsAll) {
  EXPECT_EQ(Post("push", R"({"configuredLevel":"debug"})").status, 204);
  const Response response = Send("GET", "/loggers");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(response.body,
            R"({"levels":["OFF","ERROR","WARN","INFO","DEBUG","TRACE"],"loggers":{)"
            R"("ROOT":{"configuredLevel":"INFO","effectiveLevel":"INFO"},)"
            R"("collector":{"effectiveLevel":"INFO"},"collector.cpu":{"effectiveLevel":"INFO"},)"
            R"("http":{"effectiveLevel":"INFO"},)"
            R"("push":{"configuredLevel":"DEBUG","effectiveLevel":"DEBUG"},)"
            R"("push.primary":{"effectiveLevel":"DEBUG"}},"groups":{}})"
            "\n");
}

TEST_F(LoggersHandlerTest, ShowsOne) {
  EXPECT_EQ(Get("ROOT"),
            Json::parse(R"({"configuredLevel":"INFO","effectiveLevel":"INFO","level":"INFO"})"));
  EXPECT_EQ(Get("http"), Json::parse(R"({"effectiveLevel":"INFO","level":"INFO"})"));
  EXPECT_EQ(Send("HEAD", "/loggers/http").status, 200);
}

TEST_F(LoggersHandlerTest, ChangesTakeEffectForTheNextLine) {
  Logger& cpu = registry_.Get("collector.cpu");
  for (const char* method : {"POST", "PUT"}) {
    const Response response = Send(method, "/loggers/collector", R"({"level":"trace"})");
    EXPECT_EQ(response.status, 204);
    EXPECT_THAT(response.body, IsEmpty());
    EXPECT_TRUE(cpu.Enabled(LogLevel::kTrace));
    EXPECT_EQ(Send(method, "/loggers/collector", "{}").status, 204);
    EXPECT_FALSE(cpu.Enabled(LogLevel::kTrace));
  }
}

TEST_F(LoggersHandlerTest, RootGoesBackToItsStartUpLevel) {
  EXPECT_EQ(Post("ROOT", R"({"level":"off"})").status, 204);
  EXPECT_EQ(Get("http")["level"], "OFF");
  EXPECT_EQ(Post("ROOT", R"({"configuredLevel":null})").status, 204);
  EXPECT_EQ(Get("ROOT")["configuredLevel"], "INFO");
}

TEST_F(LoggersHandlerTest, TemporaryLevelsSayWhenTheyGoBack) {
  EXPECT_EQ(Post("push", R"({"level":"debug","for":"10m"})").status, 204);
  clock_.Advance(2s);
  EXPECT_EQ(Get("push")["expiresIn"], "9m58s");
  EXPECT_EQ(Json::parse(Send("GET", "/loggers").body)["loggers"]["push"]["expiresIn"], "9m58s");
  clock_.Advance(597s + 1ms);
  EXPECT_EQ(Get("push")["expiresIn"], "1s");
  clock_.Advance(1s);
  EXPECT_EQ(Get("push"), Json::parse(R"({"effectiveLevel":"INFO","level":"INFO"})"));
}

TEST_F(LoggersHandlerTest, AWrongBodyChangesNothing) {
  for (const char* body :
       {"", "{", "[]", "3", R"({"level":3})", R"({"level":"loud"})",
        R"({"level":"debug","for":"soon"})", R"({"level":"info","level":"off"})"}) {
    const Response response = Post("http", body);
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_THAT(response.body, HasSubstr("wanted")) << body;
  }
  EXPECT_FALSE(Get("http").contains("configuredLevel"));
}

TEST_F(LoggersHandlerTest, AnUnknownNameIs404WithTheNearest) {
  for (const char* method : {"GET", "POST", "PUT"}) {
    const Response response = Send(method, "/loggers/push.primray", R"({"level":"debug"})");
    EXPECT_EQ(response.status, 404);
    EXPECT_THAT(response.body, HasSubstr(R"(\"push.primary\")"));
  }
  EXPECT_EQ(Send("GET", "/loggers/").status, 404);
  EXPECT_EQ(Send("GET", "/loggers/http/x").status, 404);
  EXPECT_EQ(Send("GET", "/loggers/\xff\xfe").status, 404);
}

TEST_F(LoggersHandlerTest, OtherMethodsAre405) {
  for (const char* method : {"DELETE", "PATCH", "OPTIONS"}) {
    const Response response = Send(method, "/loggers/http", R"({"level":"debug"})");
    EXPECT_EQ(response.status, 405);
    EXPECT_THAT(response.headers, Contains(Pair("Allow", "GET, HEAD, POST, PUT")));
  }
  for (const char* method : {"POST", "PUT", "DELETE"}) {
    const Response response = Send(method, "/loggers", R"({"level":"debug"})");
    EXPECT_EQ(response.status, 405);
    EXPECT_THAT(response.headers, Contains(Pair("Allow", "GET, HEAD")));
  }
}

TEST_F(LoggersHandlerTest, ALargeBodyIs413) {
  const std::string change = R"({"level":"debug"})";
  EXPECT_EQ(Post("http", change + std::string(4096 - change.size(), ' ')).status, 204);
  EXPECT_EQ(Post("http", change + std::string(4097 - change.size(), ' ')).status, 413);
}

TEST_F(LoggersHandlerTest, TakesTheTypesThatClientsSend) {
  const auto status = [this](std::string type) {
    return Send("POST", "/loggers/http", R"({"level":"debug"})",
                {{"Content-Type", std::move(type)}})
        .status;
  };
  EXPECT_EQ(status("application/json"), 204);
  EXPECT_EQ(status("Application/JSON; charset=UTF-8"), 204);
  EXPECT_EQ(status("application/vnd.spring-boot.actuator.v3+json"), 204);
  EXPECT_EQ(status("application/vnd.spring-boot.actuator.v2+json;charset=UTF-8"), 204);
  EXPECT_EQ(status("application/x-www-form-urlencoded"), 204) << "curl -d sends this";
}

TEST_F(LoggersHandlerTest, ABrowserMustSayJson) {
  for (const char* type : {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data",
                           "", "application/jsonx", "text/plain; application/json"}) {
    const Response response = Send("POST", "/loggers/http", R"({"level":"debug"})",
                                   {{"Content-Type", type}, {"Origin", "http://localhost:9100"}});
    EXPECT_EQ(response.status, 415) << type;
    EXPECT_THAT(response.body, HasSubstr("application/json"));
  }
  EXPECT_EQ(Send("POST", "/loggers/http", R"({"level":"debug"})",
                 {{"Content-Type", "application/json"}, {"Origin", "http://localhost:9100"}})
                .status,
            204);
}

TEST_F(LoggersHandlerTest, GivesTheTypeThatIsAskedFor) {
  const auto type = [this](std::string accept) {
    return Send("GET", "/loggers/http", "", {{"Accept", std::move(accept)}}).content_type;
  };
  EXPECT_EQ(type("*/*"), "application/json");
  EXPECT_EQ(type("text/html,application/xhtml+xml,*/*;q=0.8"), "application/json");
  EXPECT_EQ(type("application/vnd.spring-boot.actuator.v3+json, application/json"),
            "application/vnd.spring-boot.actuator.v3+json");
  EXPECT_EQ(type("text/html, application/vnd.spring-boot.actuator.v2+json;q=0.5"),
            "application/vnd.spring-boot.actuator.v2+json");
  EXPECT_EQ(type(",,;,"), "application/json");
}

TEST_F(LoggersHandlerTest, AStrangerIsRefusedAndLogged) {
  peer_ = "192.0.2.7";
  const Response response = Post("http", R"({"level":"debug"})");
  EXPECT_EQ(response.status, 403);
  EXPECT_THAT(response.body, HasSubstr("authenticated"));
  EXPECT_THAT(log_.Take(),
              AllOf(HasSubstr("Change of a log level refused"), HasSubstr("by=192.0.2.7")));
  EXPECT_EQ(Send("GET", "/loggers/http").status, 200);
  EXPECT_EQ(Get("http")["level"], "INFO");
}

TEST_F(LoggersHandlerTest, ALogLineSaysWhoChangedWhat) {
  Post("http", R"({"level":"off"})");
  EXPECT_THAT(log_.Take(), HasSubstr("logger=http msg=\"Log level changed\" old=INFO new=OFF "
                                     "by=127.0.0.1\n"));
  peer_ = "192.0.2.7";
  user_ = "alice";
  Post("http", R"({"level":"info"})");
  EXPECT_THAT(log_.Take(), HasSubstr("old=OFF new=INFO by=\"alice at 192.0.2.7\"\n"));
}

TEST_F(LoggersHandlerTest, ReadModeShowsOnly) {
  options_.mode = LoggersMode::kRead;
  EXPECT_EQ(Post("http", R"({"level":"debug"})").status, 403);
  EXPECT_EQ(Send("GET", "/loggers").status, 200);
}

TEST_F(LoggersHandlerTest, OffHasNoPaths) {
  options_.mode = LoggersMode::kOff;
  EXPECT_TRUE(LoggersRoutes(registry_, options_, registry_.root()).empty());
}

TEST(ParseLoggersMode, KnowsFour) {
  EXPECT_EQ(*ParseLoggersMode("off"), LoggersMode::kOff);
  EXPECT_EQ(*ParseLoggersMode("read"), LoggersMode::kRead);
  EXPECT_EQ(*ParseLoggersMode("local"), LoggersMode::kLocal);
  EXPECT_EQ(*ParseLoggersMode("all"), LoggersMode::kAll);
  EXPECT_THAT(ParseLoggersMode("on").status().message(), HasSubstr("off, read, local or all"));
}

}  // namespace
}  // namespace hostpulse::http
