#include "collectors/exposition_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "collectors/exposition_lexer.h"

namespace hostpulse::collectors {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<MetricFamily> Families(std::string_view text) {
  auto exposition = ParseExposition(text);
  EXPECT_TRUE(exposition.ok()) << exposition.status().message() << "\n" << text;
  return exposition ? std::move(exposition->families) : std::vector<MetricFamily>();
}

ClientMetric::Label L(std::string name, std::string value) {
  return {std::move(name), std::move(value)};
}

// "line N: reason", or nothing where the text is accepted.
std::string Error(std::string_view text) {
  const auto exposition = ParseExposition(text);
  if (exposition) return "";
  EXPECT_EQ(exposition.status().code(), ErrorCode::kParse);
  return exposition.status().message();
}

TEST(ParseExposition, ReadsHelpTypeLabelsAndValue) {
  const auto families = Families(
      "# HELP requests_total Requests \\\\ seen\\nso far.\n"
      "# TYPE requests_total counter\n"
      "requests_total{method=\"GET\",code=\"200\"} 12\n"
      "requests_total{code=\"500\",method=\"PUT\",} 3.5\n");
  ASSERT_EQ(families.size(), 1u);
  EXPECT_EQ(families[0].name, "requests_total");
  EXPECT_EQ(families[0].help, "Requests \\ seen\nso far.");
  EXPECT_EQ(families[0].type, MetricType::Counter);
  ASSERT_EQ(families[0].metric.size(), 2u);
  EXPECT_THAT(families[0].metric[0].label, ElementsAre(L("code", "200"), L("method", "GET")));
  EXPECT_EQ(families[0].metric[0].counter.value, 12);
  EXPECT_EQ(families[0].metric[1].counter.value, 3.5);
}

TEST(ParseExposition, IsUntypedWithoutAType) {
  const auto families = Families("a:b_1 1\n# HELP later Some help\nlater{} 2\n");
  ASSERT_EQ(families.size(), 2u);
  EXPECT_EQ(families[0].name, "a:b_1");
  EXPECT_EQ(families[0].type, MetricType::Untyped);
  EXPECT_EQ(families[0].help, "");
  EXPECT_EQ(families[0].metric[0].untyped.value, 1);
  EXPECT_EQ(families[1].help, "Some help");
}

TEST(ParseExposition, TakesBlanksCommentsAndEmptyLines) {
  const auto families = Families(
      "\n  \t\n#\n# anything { goes\n#HELP  a\tThe  help \n \t# TYPE a GAUGE\n"
      " a { x = \"1\" , y =\"2\" } \t 7\n# HELP\n# TYPE a\n");
  ASSERT_EQ(families.size(), 1u);
  EXPECT_EQ(families[0].help, "The  help ");
  EXPECT_EQ(families[0].type, MetricType::Gauge);
  EXPECT_THAT(families[0].metric[0].label, ElementsAre(L("x", "1"), L("y", "2")));
  EXPECT_EQ(families[0].metric[0].gauge.value, 7);
}

TEST(ParseExposition, ResolvesEscapesInLabelValues) {
  const auto families = Families("a{x=\"q\\\"b\\\\n\\n{},#\xc3\xa9\"} 1\n");
  ASSERT_EQ(families.size(), 1u);
  EXPECT_THAT(families[0].metric[0].label, ElementsAre(L("x", "q\"b\\n\n{},#\xc3\xa9")));
}

TEST(ParseExposition, PutsHistogramsTogether) {
  const auto families = Families(
      "# TYPE h histogram\n"
      "h_bucket{job=\"a\",le=\"+Inf\"} 9\n"
      "h_bucket{job=\"b\",le=\"1\"} 2\n"
      "h_bucket{job=\"a\",le=\"0.5\"} 4\n"
      "h_sum{job=\"a\"} 12.5\n"
      "h_count{job=\"a\"} 9\n");
  ASSERT_EQ(families.size(), 1u);
  EXPECT_EQ(families[0].type, MetricType::Histogram);
  ASSERT_EQ(families[0].metric.size(), 2u);
  const ClientMetric& a = families[0].metric[0];
  EXPECT_THAT(a.label, ElementsAre(L("job", "a")));
  EXPECT_EQ(a.histogram.sample_count, 9u);
  EXPECT_EQ(a.histogram.sample_sum, 12.5);
  ASSERT_EQ(a.histogram.bucket.size(), 2u);
  EXPECT_EQ(a.histogram.bucket[0].upper_bound, 0.5);
  EXPECT_EQ(a.histogram.bucket[0].cumulative_count, 4u);
  EXPECT_TRUE(std::isinf(a.histogram.bucket[1].upper_bound));
  EXPECT_THAT(families[0].metric[1].label, ElementsAre(L("job", "b")));
}

TEST(ParseExposition, PutsSummariesTogether) {
  const auto families = Families(
      "# TYPE s summary\ns{quantile=\"0.9\"} 3\ns{quantile=\"0.5\"} 1\ns_sum 40\ns_count 20\n");
  ASSERT_EQ(families.size(), 1u);
  ASSERT_EQ(families[0].metric.size(), 1u);
  const auto& summary = families[0].metric[0].summary;
  EXPECT_EQ(summary.sample_count, 20u);
  EXPECT_EQ(summary.sample_sum, 40);
  ASSERT_EQ(summary.quantile.size(), 2u);
  EXPECT_EQ(summary.quantile[0].quantile, 0.5);
  EXPECT_EQ(summary.quantile[0].value, 1);
  EXPECT_THAT(families[0].metric[0].label, IsEmpty());
}

TEST(ParseExposition, PartsWithoutATypeAreFamiliesOfTheirOwn) {
  const auto families =
      Families("x_count 1\nx_sum 2\nx_bucket{le=\"1\"} 3\n# TYPE g gauge\ng 1\ng_sum 2\n");
  ASSERT_EQ(families.size(), 5u);
  EXPECT_EQ(families[2].name, "x_bucket");
  EXPECT_THAT(families[2].metric[0].label, ElementsAre(L("le", "1")));
  EXPECT_EQ(families[4].name, "g_sum");
}

TEST(ParseExposition, NotesTimestampsAndDuplicates) {
  const auto clean = ParseExposition("a 1\n");
  ASSERT_TRUE(clean);
  EXPECT_EQ(clean->first_timestamp_line, 0);
  EXPECT_EQ(clean->first_duplicate_line, 0);

  const auto noted = ParseExposition("a 1\nb 1 0\nb{x=\"1\"} 1 -1234567890123\na 2\n");
  ASSERT_TRUE(noted);
  EXPECT_EQ(noted->first_timestamp_line, 2);
  EXPECT_EQ(noted->first_duplicate_line, 4);
  ASSERT_EQ(noted->families[0].metric.size(), 1u);
  EXPECT_EQ(noted->families[0].metric[0].untyped.value, 1) << "the first one stays";

  const auto parts = ParseExposition(
      "# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"1.0\"} 2\nh_sum 1\nh_sum 2\n");
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->first_duplicate_line, 5);
  EXPECT_EQ(parts->families[0].metric[0].histogram.bucket.size(), 1u);
  EXPECT_EQ(parts->families[0].metric[0].histogram.sample_sum, 1);
}

TEST(ParseExposition, AFileWithoutSamplesIsFine) {
  EXPECT_THAT(Families(""), IsEmpty());
  EXPECT_THAT(Families("# HELP a b\n# TYPE a gauge\n"), IsEmpty());
}

TEST(ParseExposition, NamesTheLineAndNeverItsText) {
  const std::string message = Error("ok 1\nroot:*:20228:0:99999:7:::\n");
  EXPECT_THAT(message, testing::StartsWith("line 2: "));
  EXPECT_THAT(message, testing::Not(testing::HasSubstr("root")));
  EXPECT_THAT(message, testing::Not(testing::HasSubstr("20228")));
}

TEST(ParseExposition, RefusesWhatTheFormatDoesNotAllow) {
  for (const std::string_view text : {
           "a\n",                               // no value
           "a 1",                               // cut off
           "a 1 \n",                            // an empty timestamp
           "a 1 x\n",                           // no timestamp
           "a 1 1.5\n",                         //
           "a 1 2 3\n",                         //
           "a 1\r\n",                           //
           "1a 1\n",                            // names
           "a-b 1\n",                           //
           "{x=\"1\"} 1\n",                     //
           "\xc3\xa9 1\n",                      //
           "a{x} 1\n",                          // labels
           "a{x=1} 1\n",                        //
           "a{x=\"1} 1\n",                      //
           "a{x=\"1\" y=\"2\"} 1\n",            //
           "a{x=\"1\",,} 1\n",                  //
           "a{x:y=\"1\"} 1\n",                  //
           "a{1x=\"1\"} 1\n",                   //
           "a{x=\"1\",x=\"2\"} 1\n",            //
           "a{__name__=\"b\"} 1\n",             //
           "a{x=\"\\t\"} 1\n",                  // escapes
           "a{x=\"\\\"} 1\n",                   //
           "a{x=\"\xff\"} 1\n",                 // UTF-8
           "# HELP a \xff\n",                   //
           "# HELP a \\x\n",                    //
           "# HELP a \\\"\n",                   //
           "# HELP a one\n# HELP a two\n",      // comments
           "# TYPE a gauge\n# TYPE a gauge\n",  //
           "a 1\n# TYPE a gauge\n",             //
           "# TYPE a gauges\na 1\n",            //
           "# TYPE a gauge \na 1\n",            //
           "# TYPE 1a gauge\n",                 //
           "# HELP a-b text\n",                 //
           "# TYPE h histogram\nh 1\n",         // parts
           "# TYPE h histogram\nh_bucket 1\n",  //
           "# TYPE h histogram\nh_bucket{le=\"x\"} 1\n",
           "# TYPE h histogram\nh_bucket{le=\"NaN\"} 1\n",
           "# TYPE h histogram\nh_bucket{le=\"1\"} -1\n",
           "# TYPE h histogram\nh_count NaN\n",
           "# TYPE h histogram\nh_count 1e300\n",
           "# TYPE s summary\ns 1\n",
       }) {
    EXPECT_THAT(Error(text), testing::StartsWith("line ")) << text;
  }
  EXPECT_THAT(Error(std::string_view("a\0 1\n", 5)), testing::StartsWith("line "));
}

TEST(ParseExposition, HoldsItsLimits) {
  const ExpositionLimits limits{.samples = 2, .line_bytes = 20};
  EXPECT_TRUE(ParseExposition("a 1\nb 1\n# comment\n", limits));
  EXPECT_FALSE(ParseExposition("a 1\nb 1\nc 1\n", limits));
  EXPECT_TRUE(ParseExposition("a{x=\"123456789012\"} 1\n", {.samples = 1, .line_bytes = 21}));
  EXPECT_FALSE(ParseExposition("a{x=\"123456789012\"} 1\n", limits));
}

TEST(LexFloat, TakesWhatGoTakes) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  const std::pair<const char*, double> accepted[] = {
      {"0", 0},
      {"-0", 0},
      {"+1.5", 1.5},
      {".5", .5},
      {"5.", 5},
      {"1e3", 1000},
      {"1E-3", .001},
      {"+Inf", kInf},
      {"-inf", -kInf},
      {"Infinity", kInf},
      {"1e-400", 0},
      {"INF", kInf},
      {"4.9e-324", 4.9e-324},
      {"18446744073709551615", 18446744073709551615.0}};
  for (const auto& [text, expected] : accepted) {
    double value = -1;
    EXPECT_TRUE(LexFloat(text, value)) << text;
    EXPECT_EQ(value, expected) << text;
  }
  double value = 0;
  EXPECT_TRUE(LexFloat("NaN", value) && std::isnan(value));
  for (const char* text : {"", "+", "-", "++1", "+-1", "1_000", "0x10", "1p3", "nan(1)", "1 ", " 1",
                           "1,5", "1e400", "-1e400", "one", "1e", "--1"}) {
    EXPECT_FALSE(LexFloat(text, value)) << text;
  }
}

}  // namespace
}  // namespace hostpulse::collectors
