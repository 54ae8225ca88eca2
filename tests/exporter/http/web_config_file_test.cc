#include "exporter/http/web_config_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hostpulse::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kHash[] = "$2y$04$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234";

WebConfig Parsed(const std::string& text) {
  auto config = ParseWebConfig(text, "/etc/h/web.yml");
  EXPECT_TRUE(config.ok()) << config.status().message();
  return config.ok() ? *config : WebConfig{};
}

std::string ErrorOf(const std::string& text) {
  const auto config = ParseWebConfig(text, "web.yml");
  EXPECT_FALSE(config.ok()) << text;
  EXPECT_EQ(config.status().code(), ErrorCode::kInvalid);
  return config.status().message();
}

TEST(WebConfigFileTest, AnEmptyFileAsksForNothing) {
  for (const char* text : {"", "# nothing\n", "{}", "tls_server_config:\n", "rate_limit: {}"}) {
    const WebConfig config = Parsed(text);
    EXPECT_FALSE(config.tls);
    EXPECT_FALSE(config.rate_limit);
    EXPECT_TRUE(config.users.empty());
    EXPECT_TRUE(config.headers.empty());
  }
}

TEST(WebConfigFileTest, TakesEveryKeyOfExporterToolkit) {
  const WebConfig config = Parsed(R"(
tls_server_config:
  cert_file: cert.pem
  key_file: /abs/key.pem
  client_ca_file: ca.pem
  client_auth_type: RequireAndVerifyClientCert
  client_allowed_sans: [a, b]
  min_version: TLS12
  max_version: TLS13
  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_AES_128_GCM_SHA256]
  prefer_server_cipher_suites: true
  curve_preferences: [X25519, CurveP256]
http_server_config:
  http2: true
  headers:
    Strict-Transport-Security: max-age=31536000
    X-Frame-Options: SAMEORIGIN
basic_auth_users:
  alice: )" + std::string(kHash) +
                                  R"(
rate_limit: {interval: 100ms, burst: 5}
)");
  ASSERT_TRUE(config.tls);
  EXPECT_EQ(config.tls->certificate.file, "/etc/h/cert.pem");
  EXPECT_EQ(config.tls->key.file, "/abs/key.pem");
  EXPECT_EQ(config.tls->client_auth, ClientAuth::kRequireAndVerify);
  EXPECT_THAT(config.tls->client_allowed_sans, ElementsAre("a", "b"));
  EXPECT_THAT(config.tls->cipher_suites, ElementsAre("ECDHE-RSA-AES128-GCM-SHA256"));
  EXPECT_THAT(config.tls->curves, ElementsAre("X25519", "P-256"));
  EXPECT_EQ(config.headers.size(), 2u);
  ASSERT_EQ(config.users.size(), 1u);
  EXPECT_EQ(config.users[0].name, "alice");
  ASSERT_TRUE(config.rate_limit);
  EXPECT_EQ(config.rate_limit->interval, std::chrono::milliseconds(100));
  EXPECT_EQ(config.rate_limit->burst, 5u);
}

TEST(WebConfigFileTest, NamesEverythingThatIsWrongWithItsPlace) {
  EXPECT_EQ(ErrorOf("basic_auth_users:\n  a: plain\nunknown: 1\nhttp_server_config:\n  http3: x\n"),
            "web.yml:2: basic_auth_users.a: is no bcrypt hash of cost 04 to 14, as `htpasswd -nB` "
            "makes it\n"
            "web.yml:3: unknown: is not known; known are tls_server_config, http_server_config, "
            "basic_auth_users, rate_limit\n"
            "web.yml:5: http_server_config.http3: is not known; known are http2, headers");
}

TEST(WebConfigFileTest, RefusesEachWrongValue) {
  const std::string tls = "tls_server_config:\n  cert_file: c\n  key_file: k\n  ";
  EXPECT_THAT(ErrorOf("tls_server_config: {cert_file: c}"),
              HasSubstr("key_file or key is missing"));
  EXPECT_THAT(ErrorOf(tls + "min_version: TLS10"),
              HasSubstr(":4: tls_server_config.min_version: "));
  EXPECT_THAT(ErrorOf(tls + "min_version: TLS13\n  max_version: TLS12"), HasSubstr("above"));
  EXPECT_THAT(ErrorOf(tls + "cipher_suites: [TLS_RSA_WITH_AES_128_CBC_SHA]"),
              HasSubstr("accepted are TLS_ECDHE"));
  EXPECT_THAT(ErrorOf(tls + "curve_preferences: X25519"), HasSubstr("is not a list"));
  EXPECT_THAT(ErrorOf(tls + "client_auth_type: Perhaps"), HasSubstr("accepted are NoClientCert"));
  EXPECT_THAT(ErrorOf(tls + "client_auth_type: RequireAndVerifyClientCert"),
              HasSubstr("asks for client_ca_file"));
  EXPECT_THAT(ErrorOf(tls + "client_ca_file: ca.pem"), HasSubstr("without effect"));
  EXPECT_THAT(ErrorOf(tls + "cert: x"), HasSubstr("as a file and as a text"));
  EXPECT_THAT(ErrorOf("http_server_config: {http2: maybe}"), HasSubstr("neither true nor false"));
  EXPECT_THAT(ErrorOf("http_server_config: {headers: {X-Other: y}}"), HasSubstr("X-Other"));
  EXPECT_THAT(ErrorOf("http_server_config: {headers: {X-Frame-Options: maybe}}"),
              HasSubstr("is not deny or sameorigin"));
  EXPECT_THAT(ErrorOf("http_server_config: {headers: {X-XSS-Protection: \"a\\nb\"}}"),
              HasSubstr("no header may have"));
  EXPECT_THAT(ErrorOf("basic_auth_users: [a]"), HasSubstr("is not a map"));
  EXPECT_THAT(ErrorOf("rate_limit: {interval: soon}"), HasSubstr("rate_limit.interval"));
  EXPECT_THAT(ErrorOf("rate_limit: {interval: 1s, burst: -1}"), HasSubstr("whole number"));
}

TEST(WebConfigFileTest, RefusesFilesThatAreNoSuchYaml) {
  EXPECT_THAT(ErrorOf("a: [1\nb: 2"), testing::StartsWith("web.yml:"));
  EXPECT_THAT(ErrorOf("[]"), HasSubstr("is not a map"));
  EXPECT_THAT(ErrorOf("rate_limit: {}\nrate_limit: {}"), HasSubstr("stands here twice"));
  EXPECT_THAT(ErrorOf("{}\n---\n{}"), HasSubstr("second document"));
  // A parser may see documents without end here.
  EXPECT_THAT(ErrorOf(","), HasSubstr("second document"));
  EXPECT_THAT(ErrorOf("a: \xFF"), HasSubstr("is not UTF-8"));
  EXPECT_THAT(ErrorOf("[a]: b"), HasSubstr("a key that is no text"));
}

TEST(WebConfigFileTest, NamesAFileThatIsNotThere) {
  const auto config = LoadWebConfig("/nonexistent/web.yml");
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.status().message(), "/nonexistent/web.yml: No such file or directory");
}

}  // namespace
}  // namespace hostpulse::http
