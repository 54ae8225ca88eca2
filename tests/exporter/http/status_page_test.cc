#include "exporter/http/status_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exporter/http/health.h"
#include "exporter/http/page_assets.h"
#include "exporter/http/response_writer.h"

namespace hostpulse::http {
namespace {

using testing::HasSubstr;
using testing::Not;

StatusContent Content() {
  StatusContent content;
  content.version = "1.2.3";
  content.host = "web-01";
  content.uptime = std::chrono::seconds(90);
  content.collectors = {
      {"cpu", "ok", StatusContent::Mood::kGood, std::chrono::microseconds(1234), ""},
      {"nfs", "failed", StatusContent::Mood::kBad, {}, "/proc/net/rpc/nfs:1: odd"}};
  content.destinations = {{"primary", "sending, 12 s behind", StatusContent::Mood::kGood}};
  content.loggers = {{"ROOT", "INFO", true}, {"push", "DEBUG", false}};
  return content;
}

TEST(StatusPageTest, ShowsWhatThereIsToKnow) {
  const std::string page = RenderStatusPage(Content());
  for (const char* text : {"web-01", "1.2.3", "1m30s", "href=\"metrics\"", "href=\"loggers\"",
                           "<td>cpu</td>", "1.234 ms", "/proc/net/rpc/nfs:1: odd",
                           "sending, 12 s behind", "<td>DEBUG</td>", "<td>inherited</td>"}) {
    EXPECT_THAT(page, HasSubstr(text));
  }
}

TEST(StatusPageTest, SaysSoWhereThereIsNothing) {
  StatusContent content = Content();
  content.destinations.clear();
  content.loggers.clear();
  content.loggers_path.clear();
  content.telemetry_path = "/probe";
  const std::string page = RenderStatusPage(content);
  EXPECT_THAT(page, HasSubstr("No destination is configured."));
  EXPECT_THAT(page, HasSubstr("href=\"probe\""));
  EXPECT_THAT(page, Not(HasSubstr("Loggers")));
}

TEST(StatusPageTest, EscapesEveryText) {
  const std::string hostile = "<img src=x onerror='a()'>\"&";
  StatusContent content;
  content.version = content.host = content.telemetry_path = content.loggers_path = hostile;
  content.collectors = {{hostile, hostile, StatusContent::Mood::kBad, {}, hostile}};
  content.destinations = {{hostile, hostile, StatusContent::Mood::kBad}};
  content.loggers = {{hostile, hostile, true}};
  const std::string page = RenderStatusPage(content);
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(page, Not(HasSubstr("onerror='")));
  EXPECT_THAT(page, HasSubstr("&lt;img src=x onerror=&#39;a()&#39;&gt;&quot;&amp;"));
}

TEST(StatusPageTest, ThePolicyAllowsItsOwnFilesAndNothingElse) {
  const Route route = StatusPageRoute([](const Request&) { return Content(); });
  const Response response = route.handler(Request{});
  EXPECT_EQ(response.content_type, "text/html; charset=utf-8");
  EXPECT_EQ(response.headers,
            (Headers{{"Content-Security-Policy",
                      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src "
                      "'self'; img-src data:; base-uri 'none'; form-action 'none'; "
                      "frame-ancestors 'none'"}}));
  EXPECT_THAT(response.body, Not(HasSubstr("style=")));
  EXPECT_THAT(response.body, Not(HasSubstr("<style")));
  EXPECT_THAT(response.body, Not(HasSubstr("<script>")));
}

TEST(StatusPageTest, AsksNothingOfAnyOtherHost) {
  EXPECT_THAT(RenderStatusPage(Content()), Not(HasSubstr("//")));
}

TEST(StatusPageTest, EverythingThatItLoadsIsThere) {
  const std::string page = RenderStatusPage(Content());
  const std::vector<Route> routes = PageAssetRoutes();
  ASSERT_EQ(routes.size(), 3);
  Request request;
  request.headers = {{"Accept-Encoding", "gzip, br"}};
  for (const Route& route : routes) {
    EXPECT_THAT(page, HasSubstr("\"" + route.path.substr(1) + "?"));
    const Response response = route.handler(request);
    EXPECT_EQ(response.status, 200);
    EXPECT_THAT(response.body, testing::StartsWith("\x1F\x8B"));
    EXPECT_TRUE(HasHeader(response.headers, "Content-Encoding"));
    EXPECT_EQ(route.handler(Request{}).status, 406);
  }
}

TEST(HealthTest, IsHealthyAlwaysAndReadyWhenToldSo) {
  EXPECT_EQ(HealthyRoute().handler(Request{}).status, 200);
  bool ready = false;
  const Route route = ReadyRoute([&] { return ready; });
  EXPECT_EQ(route.handler(Request{}).status, 503);
  ready = true;
  EXPECT_EQ(route.handler(Request{}).status, 200);
}

TEST(HealthTest, ReloadsWhereThatIsOn) {
  int reloads = 0;
  Status outcome;
  const auto reload = [&] {
    ++reloads;
    return outcome;
  };
  EXPECT_EQ(ReloadRoute(false, reload).handler(Request{}).status, 403);
  EXPECT_EQ(reloads, 0);
  const Route route = ReloadRoute(true, reload);
  EXPECT_EQ(route.handler(Request{}).status, 200);
  EXPECT_EQ(reloads, 1);
  outcome = Status(ErrorCode::kInvalid, "hostpulse.yml:3: odd");
  const Response failed = route.handler(Request{});
  EXPECT_EQ(failed.status, 500);
  EXPECT_EQ(failed.body, "The configuration was not loaded: hostpulse.yml:3: odd\n");
  EXPECT_EQ(route.methods, (std::vector<std::string>{"POST", "PUT"}));
}

TEST(HealthTest, DoesNotReloadForWebPages) {
  int reloads = 0;
  const Route route = ReloadRoute(true, [&] {
    ++reloads;
    return Status();
  });
  Request request;
  request.headers = {{"Origin", "http://evil.example"}};
  EXPECT_EQ(route.handler(request).status, 403);
  EXPECT_EQ(reloads, 0);
}

}  // namespace
}  // namespace hostpulse::http
