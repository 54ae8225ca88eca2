#include "exporter/config/map_reader.h"

#include <gmock/gmock.h>

#include "exporter/config/url.h"

namespace hostpulse::config {
namespace {

TEST(ParseBytes, TakesSizesWithUnits) {
  EXPECT_EQ(*ParseBytes("0"), 0U);
  EXPECT_EQ(*ParseBytes("65536"), 65536U);
  EXPECT_EQ(*ParseBytes("512MiB"), std::uint64_t{512} << 20);
  EXPECT_EQ(*ParseBytes("1.5GiB"), std::uint64_t{1536} << 20);
  EXPECT_EQ(*ParseBytes("2TB"), std::uint64_t{2} << 40);
}

TEST(ParseBytes, RefusesWhatIsNone) {
  for (const char* text :
       {"", "MiB", "-1", "1 MiB", "1mib", "1e9", "inf", "nan", "0x10", "1MiBs"}) {
    EXPECT_FALSE(ParseBytes(text).ok()) << text;
  }
  EXPECT_FALSE(ParseBytes("99999999999TiB").ok());
}

TEST(ParseYamlBool, TakesUnquotedWordsOnly) {
  Node node;
  node.kind = Node::Kind::kScalar;
  node.text = "Yes";
  EXPECT_EQ(ParseYamlBool(node), true);
  node.text = "off";
  EXPECT_EQ(ParseYamlBool(node), false);
  node.text = "1";
  EXPECT_EQ(ParseYamlBool(node), std::nullopt);
  node.text = "true";
  node.quoted = true;
  EXPECT_EQ(ParseYamlBool(node), std::nullopt);
}

TEST(CheckUrl, TakesAbsoluteUrls) {
  for (const char* url : {"http://host", "https://host:443/api?x=1#f", "http://u:p@host/",
                          "http://[::1]:9090/w", "http://10.0.0.1", "http://host:9090?x"}) {
    EXPECT_TRUE(CheckUrl(url, {"http", "https"}).ok()) << url;
  }
}

TEST(CheckUrl, RefusesTheRestWithoutQuotingIt) {
  for (const char* url : {"", "host", "host:80/x", "ftp://host", "http://", "http:///x",
                          "http://host:0", "http://host:99999", "http://host:x", "http://a b",
                          "http://[::1", "http://u:p@", "http://host\n"}) {
    const Status status = CheckUrl(url, {"http", "https"});
    EXPECT_FALSE(status.ok()) << url;
    EXPECT_THAT(status.message(), testing::HasSubstr("accepted: http://host[:port][/path]"));
  }
}

}  // namespace
}  // namespace hostpulse::config
