#include <gmock/gmock.h>

#include "tests/exporter/config/config_test_support.h"

namespace hostpulse::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(LoadGateway, IsOffByDefault) {
  EXPECT_FALSE(Load({}).config.push.gateway);
  EXPECT_FALSE(LoadText("push: {gateway: }\n").config.push.gateway);
  EXPECT_THAT(LoadText("push: {gateway: }\n").errors, IsEmpty());
}

TEST(LoadGateway, TakesFlags) {
  const Loaded loaded = Load({"--push.gateway-url=http://gateway:9091", "--push.gateway-keep"});
  EXPECT_THAT(loaded.errors, IsEmpty());
  ASSERT_TRUE(loaded.config.push.gateway);
  EXPECT_EQ(loaded.config.push.gateway->transport.url, "http://gateway:9091");
  EXPECT_TRUE(loaded.config.push.gateway->keep);
  EXPECT_THAT(LoggerNames(loaded.config), testing::Contains("push.gateway"));
}

TEST(LoadGateway, TakesABlockOfTheFileAsRemoteWriteHasIt) {
  const Loaded loaded = LoadText(
      "push:\n"
      "  gateway:\n"
      "    url: https://gateway.example/prefix\n"
      "    keep: true\n"
      "    remote_timeout: 5s\n"
      "    headers: {X-Team: a}\n"
      "    basic_auth: {username: u, password_file: /etc/hostpulse/pw}\n"
      "    tls_config: {ca_file: /ca.pem}\n");
  EXPECT_THAT(loaded.errors, IsEmpty());
  ASSERT_TRUE(loaded.config.push.gateway);
  const push::TransportOptions& transport = loaded.config.push.gateway->transport;
  EXPECT_EQ(transport.url, "https://gateway.example/prefix");
  EXPECT_EQ(transport.remote_timeout, std::chrono::seconds(5));
  EXPECT_EQ(transport.headers.at("X-Team"), "a");
  EXPECT_EQ(transport.basic_auth->password.file, "/etc/hostpulse/pw");
  EXPECT_EQ(transport.tls.ca_file, "/ca.pem");
  EXPECT_TRUE(loaded.config.push.gateway->keep);
}

TEST(LoadGateway, FlagsWinOverTheFile) {
  const Loaded loaded =
      LoadText("push: {gateway: {url: 'http://file', keep: true, headers: {X-Team: a}}}\n",
               {"--push.gateway-url=http://flag", "--no-push.gateway-keep"});
  EXPECT_EQ(loaded.config.push.gateway->transport.url, "http://flag");
  EXPECT_EQ(loaded.config.push.gateway->transport.headers.at("X-Team"), "a");
  EXPECT_FALSE(loaded.config.push.gateway->keep);
}

TEST(LoadGateway, NamesWhatIsWrong) {
  EXPECT_THAT(LoadText("push: {gateway: {keep: true}}\n").errors,
              ElementsAre(HasSubstr("push.gateway.url: missing")));
  EXPECT_THAT(LoadText("push: {gateway: {url: 'http://g', kept: true}}\n").errors,
              ElementsAre(HasSubstr("push.gateway.kept")));
  EXPECT_THAT(LoadText("push: {gateway: {url: 'http://g', tls_config: {cert_file: c}}}\n").errors,
              ElementsAre(HasSubstr("push.gateway.tls_config.key_file: missing")));
  EXPECT_THAT(LoadText("push: {gateway: here}\n").errors, ElementsAre(HasSubstr("push.gateway")));
  EXPECT_THAT(Load({"--push.gateway-url=gateway:9091"}).errors,
              ElementsAre(HasSubstr("--push.gateway-url")));
  EXPECT_THAT(Load({"--push.gateway-keep"}).notices, ElementsAre(HasSubstr("no effect")));
}

}  // namespace
}  // namespace hostpulse::config
