#include "exporter/http/metrics_handler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/registry.h>
#include <zlib.h>

#include <chrono>
#include <functional>
#include <future>
#include <optional>

#include "core/metrics/metric_batch.h"
#include "core/metrics/registry_source.h"
#include "exporter/http/negotiation.h"
#include "exporter/http/scrape_request.h"
#include "tests/exporter/http/server_fixture.h"
#include "tests/support/fake_clock.h"

namespace hostpulse::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

std::string Unzip(const std::string& packed) {
  z_stream stream{};
  ::inflateInit2(&stream, 15 + 16);
  std::string text(1 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  EXPECT_EQ(::inflate(&stream, Z_FINISH), Z_STREAM_END);
  text.resize(text.size() - stream.avail_out);
  ::inflateEnd(&stream);
  return text;
}

// Two families; remembers what it was asked for.
class FakeSource final : public MetricSource {
 public:
  Status Gather(const GatherFilter& filter, FamilyVisitor visit) override {
    if (before) before();
    const std::lock_guard<std::mutex> lock(mutex);
    asked = filter;
    ++gathered;
    if (began && filter.began != nullptr) *filter.began = began;
    if (!answer) return answer;
    batch.Begin();
    batch.Family("node_a", "A.", kGauge).Add(1);
    batch.Family("node_b_total", "B.", kCounter).Add({{"device", "x"}}, 2);
    batch.Finish();
    visit(batch.families());
    return {};
  }

  std::function<void()> before;
  std::mutex mutex;
  GatherFilter asked;
  int gathered = 0;
  std::optional<MonotonicTime> began;  // As a source that is shared says it.
  Status answer;
  MetricBatch batch;
};

class MetricsHandlerTest : public testing::Test {
 protected:
  MetricsHandlerTest() : logs_({.level = LogLevel::kOff}, clock_) {}

  Route MakeRoute() {
    return MetricsRoute("/metrics", source_, options_, counters_, clock_, logs_.Get("http"));
  }
  Response Scrape(std::string query = {},
                  std::vector<std::pair<std::string, std::string>> headers = {}) {
    Request request;
    request.method = "GET";
    request.path = "/metrics";
    request.query = std::move(query);
    request.headers = std::move(headers);
    return MakeRoute().handler(request);
  }
  // The own counters as text.
  std::string Counters() {
    RegistrySource source(registry_);
    options_ = {};
    Request request;
    prometheus::Registry unused;
    ScrapeCounters others(unused);
    return MetricsRoute("/", source, options_, others, clock_, logs_.Get("http"))
        .handler(request)
        .body;
  }

  FakeClock clock_;
  LoggerRegistry logs_;
  prometheus::Registry registry_;
  ScrapeCounters counters_{registry_};
  MetricsOptions options_;
  FakeSource source_;
};

TEST_F(MetricsHandlerTest, AnswersInTextByDefault) {
  const Response response = Scrape();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type,
            "text/plain; version=0.0.4; charset=utf-8; escaping=underscores");
  EXPECT_EQ(response.body,
            "# HELP node_a A.\n# TYPE node_a gauge\nnode_a 1\n"
            "# HELP node_b_total B.\n# TYPE node_b_total counter\nnode_b_total{device=\"x\"} 2\n");
  EXPECT_THAT(response.headers, IsEmpty());
}

TEST_F(MetricsHandlerTest, PassesTheFilterOn) {
  Scrape("collect[]=cpu&collect%5B%5D=meminfo&other=1");
  EXPECT_THAT(source_.asked.collect, ElementsAre("cpu", "meminfo"));
  EXPECT_THAT(source_.asked.exclude, IsEmpty());
  Scrape("exclude[]=cpu");
  EXPECT_THAT(source_.asked.collect, IsEmpty());
  EXPECT_THAT(source_.asked.exclude, ElementsAre("cpu"));
}

// While one scrape runs: how many collections another one takes that arrived then.
class MetricsHandlerCrowdTest : public MetricsHandlerTest {
 protected:
  int CollectionsOf(MonotonicTime arrived, std::string query = {},
                    std::vector<std::pair<std::string, std::string>> headers = {}) {
    const int before = source_.gathered;
    Request request;
    request.method = "GET";
    request.path = "/metrics";
    request.query = std::move(query);
    request.headers = std::move(headers);
    request.arrived = arrived;
    const Response response = route_.handler(request);
    EXPECT_EQ(response.status, 200);
    EXPECT_THAT(response.body, Not(IsEmpty()));
    return source_.gathered - before;
  }
  void WhileOneRuns(const std::function<void()>& what) {
    source_.before = [&] {
      source_.before = nullptr;
      what();
    };
    EXPECT_GE(CollectionsOf(MonotonicTime::max()), 1);
  }

  const Route route_ = MakeRoute();
  const MonotonicTime began_ = clock_.Monotonic();
  const std::chrono::nanoseconds moment_{1};
};

TEST_F(MetricsHandlerCrowdTest, ServesWhoAskedBeforeACollectionBeganFromIt) {
  source_.began = began_;
  WhileOneRuns([&] {
    EXPECT_EQ(CollectionsOf(began_ - moment_), 1) << "the first makes it";
    EXPECT_EQ(CollectionsOf(began_ - moment_), 0);
    EXPECT_EQ(CollectionsOf(began_), 0);
    EXPECT_EQ(CollectionsOf(began_ + moment_), 1) << "nobody gets what is older than the request";
    EXPECT_EQ(CollectionsOf(MonotonicTime::max()), 1) << "nor who does not say when it came";
  });
}

TEST_F(MetricsHandlerCrowdTest, KeepsFormsApartAndSelectionsOut) {
  source_.began = began_;
  WhileOneRuns([&] {
    EXPECT_EQ(CollectionsOf(began_), 1);
    EXPECT_EQ(CollectionsOf(began_, {}, {{"Accept-Encoding", "gzip"}}), 1);
    EXPECT_EQ(CollectionsOf(began_, {}, {{"Accept-Encoding", "gzip"}}), 0);
    EXPECT_EQ(CollectionsOf(began_, "name[]=node_a"), 1);
    EXPECT_EQ(CollectionsOf(began_, "collect[]=cpu"), 1);
    EXPECT_EQ(CollectionsOf(began_, "exclude[]=cpu"), 1);
    EXPECT_EQ(CollectionsOf(began_), 0);
  });
}

TEST_F(MetricsHandlerCrowdTest, KeepsNothingOfACollectionOfOnesOwn) {
  source_.began.reset();
  WhileOneRuns([&] {
    EXPECT_EQ(CollectionsOf(began_), 1);
    EXPECT_EQ(CollectionsOf(began_), 1);
  });
}

TEST_F(MetricsHandlerCrowdTest, KeepsNothingOnceNobodyScrapes) {
  source_.began = began_;
  WhileOneRuns([&] { EXPECT_EQ(CollectionsOf(began_), 1); });
  EXPECT_EQ(CollectionsOf(began_), 1);
  EXPECT_EQ(CollectionsOf(began_), 1);
}

TEST_F(MetricsHandlerTest, RefusesFiltersInNodeExportersWords) {
  const Response both = Scrape("collect[]=a&exclude[]=b");
  EXPECT_EQ(both.status, 400);
  EXPECT_EQ(both.body, "Combined collect and exclude queries are not allowed.");
  source_.answer = Status(ErrorCode::kInvalid, "missing collector: nope");
  const Response unknown = Scrape("collect[]=nope");
  EXPECT_EQ(unknown.status, 400);
  EXPECT_EQ(unknown.body,
            "Couldn't create filtered metrics handler: couldn't create collector: "
            "missing collector: nope");
  EXPECT_EQ(Scrape("collect[]=%zz").status, 400);
}

TEST_F(MetricsHandlerTest, ShowsOnlyTheNamesAskedFor) {
  EXPECT_EQ(Scrape("name[]=node_a&name[]=other").body,
            "# HELP node_a A.\n# TYPE node_a gauge\nnode_a 1\n");
  EXPECT_EQ(Scrape("name[]=other").body, "");
}

TEST_F(MetricsHandlerTest, ServesOpenMetricsOnlyWhereItIsOnAndPreferred) {
  const std::vector<std::pair<std::string, std::string>> prometheus = {
      {"Accept",
       "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;"
       "q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"}};
  EXPECT_THAT(Scrape("", prometheus).content_type, StartsWith("text/plain"));
  options_.enable_openmetrics = true;
  const Response response = Scrape("", prometheus);
  EXPECT_THAT(response.content_type, StartsWith("application/openmetrics-text; version=1.0.0"));
  EXPECT_THAT(response.body, testing::EndsWith("# EOF\n"));
  EXPECT_THAT(Scrape().content_type, StartsWith("text/plain"));
}

TEST_F(MetricsHandlerTest, CompressesForWhoAccepts) {
  const std::string plain = Scrape().body;
  for (int i = 0; i < 3; ++i) {
    const Response response = Scrape("", {{"Accept-Encoding", "gzip"}});
    EXPECT_THAT(response.headers, ElementsAre(testing::Pair("Content-Encoding", "gzip")));
    EXPECT_EQ(Unzip(response.body), plain);
  }
}

TEST_F(MetricsHandlerTest, HonoursTheScrapersTimeout) {
  const MonotonicTime now = clock_.Monotonic();
  Scrape();
  EXPECT_EQ(source_.asked.deadline, std::nullopt);
  Scrape("", {{"X-Prometheus-Scrape-Timeout-Seconds", "10"}});
  EXPECT_EQ(source_.asked.deadline, now + std::chrono::milliseconds(9750));
  Scrape("", {{"X-Prometheus-Scrape-Timeout-Seconds", "0.5"}});
  EXPECT_EQ(source_.asked.deadline, now + std::chrono::milliseconds(450));
  for (const char* text : {"", "0", "-1", "x", "10s", "nan", "inf"}) {
    EXPECT_EQ(ScrapeDeadline(text, now), std::nullopt) << text;
  }
  EXPECT_LT(*ScrapeDeadline("1e300", now), now + std::chrono::hours(2));
}

TEST_F(MetricsHandlerTest, LimitsScrapesAtOnce) {
  options_.max_requests = 1;
  const Route route = MakeRoute();
  std::promise<void> entered;
  std::promise<void> release;
  source_.before = [&, once = std::make_shared<std::once_flag>()] {
    std::call_once(*once, [&] {
      entered.set_value();
      release.get_future().wait();
    });
  };
  auto first = std::async(std::launch::async, [&] { return route.handler(Request{}); });
  entered.get_future().wait();
  const Response second = route.handler(Request{});
  EXPECT_EQ(second.status, 503);
  EXPECT_EQ(second.body, "Limit of concurrent requests reached (1), try again later.\n");
  release.set_value();
  EXPECT_EQ(first.get().status, 200);
  EXPECT_EQ(route.handler(Request{}).status, 200);
  EXPECT_THAT(Counters(), HasSubstr("promhttp_metric_handler_requests_total{code=\"200\"} 2\n"));
  EXPECT_THAT(Counters(), HasSubstr("promhttp_metric_handler_requests_total{code=\"503\"} 1\n"));
}

TEST_F(MetricsHandlerTest, CountsWhatGoesWrong) {
  source_.answer = Status(ErrorCode::kIo, "broken");
  const Response response = Scrape();
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.body, "An error has occurred while serving metrics:\n\nbroken\n");
  const std::string counters = Counters();
  EXPECT_THAT(counters, HasSubstr("promhttp_metric_handler_errors_total{cause=\"gathering\"} 1\n"));
  EXPECT_THAT(counters, HasSubstr("promhttp_metric_handler_errors_total{cause=\"encoding\"} 0\n"));
  EXPECT_THAT(counters, HasSubstr("promhttp_metric_handler_requests_total{code=\"500\"} 1\n"));
  EXPECT_THAT(counters, HasSubstr("promhttp_metric_handler_requests_in_flight 0\n"));
}

TEST_F(MetricsHandlerTest, AnExceptionLeavesNothingCountedAsRunning) {
  options_.max_requests = 1;
  const Route route = MakeRoute();
  source_.before = [] { throw std::runtime_error("x"); };
  EXPECT_THROW(route.handler(Request{}), std::runtime_error);
  source_.before = nullptr;
  EXPECT_EQ(route.handler(Request{}).status, 200);
  EXPECT_THAT(Counters(), HasSubstr("promhttp_metric_handler_requests_in_flight 0\n"));
}

TEST_F(MetricsHandlerTest, ServesProtobufToWhoPrefersIt) {
  const std::string prometheus =
      "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;"
      "q=0.6,application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.2,*/*;"
      "q=0.1";
  const Response response = Scrape("", {{"Accept", prometheus}});
  EXPECT_THAT(response.content_type,
              StartsWith("application/vnd.google.protobuf; "
                         "proto=io.prometheus.client.MetricFamily; encoding=delimited"));
  EXPECT_THAT(response.body, StartsWith("\x1B\x0A\x06node_a\x12\x02"
                                        "A.\x18\x01"));
}

TEST_F(MetricsHandlerTest, CompressesByZstdForWhoPrefersIt) {
  const Response response = Scrape("", {{"Accept-Encoding", "gzip;q=0.5, zstd"}});
  EXPECT_THAT(response.headers, ElementsAre(testing::Pair("Content-Encoding", "zstd")));
  EXPECT_THAT(response.body, StartsWith("\x28\xB5\x2F\xFD"));
}

TEST(NegotiationTest, WeighsFormats) {
  constexpr auto kText = Exposition::kText;
  constexpr auto kOpen = Exposition::kOpenMetrics;
  const auto choose = [](std::string_view accept) { return ChooseExposition(accept, true); };
  EXPECT_EQ(choose(""), kText);
  EXPECT_EQ(choose("*/*"), kText);
  EXPECT_EQ(choose("image/png"), kText);
  EXPECT_EQ(choose("application/openmetrics-text"), kOpen);
  EXPECT_EQ(choose("Application/OpenMetrics-Text; version=1.0.0 ; q=0.5, text/*;q=0.4"), kOpen);
  EXPECT_EQ(choose("application/openmetrics-text; q=0.5, text/plain"), kText);
  EXPECT_EQ(choose("application/openmetrics-text; q=0"), kText);
  EXPECT_EQ(choose("application/openmetrics-text; q=high"), kText);
  EXPECT_EQ(choose("application/openmetrics-text; version=2.0.0"), kText);
  EXPECT_EQ(ChooseExposition("application/openmetrics-text", false), kText);
}

TEST(NegotiationTest, ProtobufIsServedDelimitedOnly) {
  const std::string protobuf =
      "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily";
  const auto choose = [](const std::string& accept) { return ChooseExposition(accept, true); };
  EXPECT_EQ(choose(protobuf + "; encoding=delimited"), Exposition::kProtobuf);
  EXPECT_EQ(choose(protobuf + ";encoding=delimited;q=0.1,text/plain;q=0.2"), Exposition::kText);
  EXPECT_EQ(choose(protobuf + ";encoding=delimited,text/plain"), Exposition::kText);
  EXPECT_EQ(choose(protobuf + "; encoding=text"), Exposition::kText);
  EXPECT_EQ(choose(protobuf + "; encoding=compact-text"), Exposition::kText);
  EXPECT_EQ(choose(protobuf), Exposition::kText);
  EXPECT_EQ(choose("application/vnd.google.protobuf;proto=other;encoding=delimited"),
            Exposition::kText);
}

TEST(NegotiationTest, WeighsEncodings) {
  constexpr auto kNone = Encoding::kIdentity;
  constexpr auto kGzip = Encoding::kGzip;
  constexpr auto kZstd = Encoding::kZstd;
  EXPECT_EQ(ChooseEncoding(""), kNone);
  EXPECT_EQ(ChooseEncoding("identity"), kNone);
  EXPECT_EQ(ChooseEncoding("br, deflate"), kNone);
  EXPECT_EQ(ChooseEncoding("gzip"), kGzip);
  EXPECT_EQ(ChooseEncoding("br, GZIP;q=0.1"), kGzip);
  EXPECT_EQ(ChooseEncoding("*"), kGzip);
  EXPECT_EQ(ChooseEncoding("gzip;q=0"), kNone);
  EXPECT_EQ(ChooseEncoding("*, gzip;q=0"), kZstd);
  EXPECT_EQ(ChooseEncoding("gzip;q=0.5, identity"), kNone);
  EXPECT_EQ(ChooseEncoding("gzipped"), kNone);
  EXPECT_EQ(ChooseEncoding(",;,q=1"), kNone);
  EXPECT_EQ(ChooseEncoding("zstd"), kZstd);
  EXPECT_EQ(ChooseEncoding("gzip, deflate, br, zstd"), kGzip);
  EXPECT_EQ(ChooseEncoding("gzip;q=0.8, zstd;q=0.9"), kZstd);
  EXPECT_EQ(ChooseEncoding("*;q=0, zstd;q=0.1"), kZstd);
}

}  // namespace
}  // namespace hostpulse::http
