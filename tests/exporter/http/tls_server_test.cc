#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>

#include "tests/exporter/http/server_fixture.h"
#include "tests/exporter/http/tls_client.h"

namespace hostpulse::http {
namespace {

using testing::HasSubstr;

class TlsServerTest : public ServerTest {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "hostpulse-tls-XXXXXX";
    ASSERT_NE(::mkdtemp(folder_.data()), nullptr);
    AddRoute("/hello", {"GET"}, [this](const Request& request) {
      saw_certificate_ = request.client_certificate;
      saw_tls_ = request.tls;
      Response response;
      response.body = "hi\n";
      return response;
    });
    AddRoute("/large", {"GET"}, Text(std::string(3'000'000, 'x')));
    UseCertificate(MakeCertificate("first"));
  }
  void TearDown() override {
    server_.reset();
    std::filesystem::remove_all(folder_);
  }

  void Write(const std::string& name, std::string_view text) {
    // Put in place as a whole, as operators are told to.
    std::ofstream(folder_ + "/new") << text;
    std::filesystem::rename(folder_ + "/new", folder_ + "/" + name);
  }
  void UseCertificate(const TestCertificate& pair) {
    Write("cert.pem", pair.certificate);
    Write("key.pem", pair.key);
  }
  void WriteTls(const std::string& more = {}) {
    Write("web.yml", "tls_server_config:\n  cert_file: cert.pem\n  key_file: key.pem\n" + more);
  }
  void StartTls(const std::string& more = {}) {
    WriteTls(more);
    options_.web_config_file = folder_ + "/web.yml";
    Start();
  }
  bool Connects(const TlsClientOptions& options) {
    return StatusOf(TlsClient(address_, options).Get("/hello")) == 200;
  }

  std::string folder_;
  std::atomic<bool> saw_certificate_ = false;
  std::atomic<bool> saw_tls_ = false;
};

TEST_F(TlsServerTest, ServesTls13And12) {
  StartTls();
  TlsClient newest(address_);
  EXPECT_EQ(newest.Version(), "TLSv1.3");
  EXPECT_EQ(BodyOf(newest.Get("/hello")), "hi\n");
  EXPECT_TRUE(saw_tls_);
  EXPECT_FALSE(saw_certificate_);
  EXPECT_TRUE(Connects({.max_version = TLS1_2_VERSION}));
}

TEST_F(TlsServerTest, RefusesOldVersions) {
  StartTls();
  EXPECT_FALSE(Connects({.max_version = TLS1_1_VERSION}));
  EXPECT_FALSE(Connects({.max_version = TLS1_VERSION}));
}

TEST_F(TlsServerTest, RefusesWhatHasNoForwardSecrecy) {
  UseCertificate(MakeCertificate("rsa", KeyKind::kRsa));
  StartTls();
  const auto connects = [this](const char* ciphers) {
    return Connects({.max_version = TLS1_2_VERSION, .ciphers = ciphers});
  };
  EXPECT_TRUE(connects("ECDHE-RSA-AES128-GCM-SHA256"));
  EXPECT_FALSE(connects("kRSA"));
  EXPECT_FALSE(connects("DHE"));
  EXPECT_FALSE(connects("ECDHE-RSA-AES128-SHA256"));
}

TEST_F(TlsServerTest, ResumesNothing) {
  StartTls();
  EXPECT_FALSE(TlsClient(address_).Resumes(address_));
  EXPECT_FALSE(TlsClient(address_, {.max_version = TLS1_2_VERSION}).Resumes(address_));
}

TEST_F(TlsServerTest, KeepsToTheVersionsThatAreConfigured) {
  StartTls("  min_version: TLS13\n");
  EXPECT_TRUE(Connects({}));
  EXPECT_FALSE(Connects({.max_version = TLS1_2_VERSION}));
}

TEST_F(TlsServerTest, KeepsToTheCiphersThatAreConfigured) {
  StartTls(
      "  max_version: TLS12\n  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]\n"
      "  curve_preferences: [CurveP384]\n");
  EXPECT_TRUE(Connects({.ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384"}));
  EXPECT_FALSE(Connects({.ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256"}));
  EXPECT_FALSE(Connects({.min_version = TLS1_3_VERSION}));
}

TEST_F(TlsServerTest, SendsALargeAnswer) {
  StartTls();
  EXPECT_EQ(BodyOf(TlsClient(address_).Get("/large")).size(), 3'000'000u);
}

TEST_F(TlsServerTest, TellsPlainClientsWhatIsWrong) {
  StartTls();
  EXPECT_EQ(StatusOf(Get(address_, "/hello")), 400);
}

TEST_F(TlsServerTest, HalfOpenHandshakesHoldNoWorker) {
  options_.worker_threads = 1;
  StartTls();
  std::vector<std::unique_ptr<RawClient>> half;
  for (int i = 0; i < 200; ++i) {
    half.push_back(std::make_unique<RawClient>(address_));
    half.back()->Send(std::string_view("\x16\x03\x01\x02\x00\x01", 6));
  }
  EXPECT_TRUE(Connects({}));
}

TEST_F(TlsServerTest, TakesAChangedCertificate) {
  StartTls();
  EXPECT_EQ(TlsClient(address_).ServerName(), "first");
  UseCertificate(MakeCertificate("second", KeyKind::kRsa));
  EXPECT_EQ(TlsClient(address_).ServerName(), "second");
  UseCertificate(MakeCertificate("third"));
  EXPECT_EQ(TlsClient(address_).ServerName(), "third");
}

TEST_F(TlsServerTest, KeepsTheOldCertificateWhileTheNewOneIsBroken) {
  StartTls();
  const TestCertificate next = MakeCertificate("second");
  Write("cert.pem", "garbage");
  EXPECT_EQ(TlsClient(address_).ServerName(), "first");
  Write("cert.pem", next.certificate);  // The key is still the old one.
  EXPECT_EQ(TlsClient(address_).ServerName(), "first");
  std::filesystem::remove(folder_ + "/key.pem");
  EXPECT_EQ(TlsClient(address_).ServerName(), "first");
  Write("key.pem", next.key);
  EXPECT_EQ(TlsClient(address_).ServerName(), "second");
}

TEST_F(TlsServerTest, TakesChangedSettingsWithoutDroppingConnections) {
  StartTls();
  TlsClient open(address_, {.max_version = TLS1_2_VERSION});
  WriteTls("  min_version: TLS13\n");
  EXPECT_FALSE(Connects({.max_version = TLS1_2_VERSION}));
  EXPECT_TRUE(Connects({}));
  EXPECT_EQ(StatusOf(open.Get("/hello")), 200);
}

TEST_F(TlsServerTest, TakesOtherFilesOnceTheyAreThere) {
  StartTls();
  const TestCertificate next = MakeCertificate("next");
  Write("web.yml", "tls_server_config:\n  cert_file: next.pem\n  key_file: next.key\n");
  EXPECT_EQ(TlsClient(address_).ServerName(), "first");
  EXPECT_EQ(Gauge("hostpulse_web_config_last_reload_successful"), 0);
  Write("next.pem", next.certificate);
  Write("next.key", next.key);
  Write("web.yml", "tls_server_config:\n  cert_file: next.pem\n  key_file: next.key\n\n");
  EXPECT_EQ(TlsClient(address_).ServerName(), "next");
  EXPECT_EQ(Gauge("hostpulse_web_config_last_reload_successful"), 1);
}

TEST_F(TlsServerTest, TurnsOnByItselfAndOffByReloadOnly) {
  Write("web.yml", "http_server_config: {}\n");
  options_.web_config_file = folder_ + "/web.yml";
  Start();
  EXPECT_EQ(StatusOf(Get(address_, "/hello")), 200);
  WriteTls();
  EXPECT_TRUE(Connects({}));
  EXPECT_EQ(StatusOf(Get(address_, "/hello")), 400);
  Write("web.yml", "http_server_config: {}\n");
  EXPECT_TRUE(Connects({}));
  (*server_->PrepareWebConfig(options_.web_config_file))();
  EXPECT_EQ(StatusOf(Get(address_, "/hello")), 200);
}

TEST_F(TlsServerTest, TellsWhenTheCertificateExpires) {
  StartTls();
  const auto expiry = [this] {
    return Gauge("hostpulse_web_certificate_expiry_timestamp_seconds");
  };
  const auto ok = [this] { return Gauge("hostpulse_web_certificate_last_reload_successful"); };
  ASSERT_TRUE(expiry().has_value());
  const double now = ToSeconds(clock_.Now().time_since_epoch());
  EXPECT_GT(*expiry(), now);
  EXPECT_EQ(ok(), 1);
  Write("cert.pem", "garbage");
  EXPECT_TRUE(Connects({}));
  EXPECT_EQ(ok(), 0);
  EXPECT_GT(*expiry(), now);
}

TEST_F(TlsServerTest, ServesTheSuitesWithCbcToWhoNamesThem) {
  StartTls("  max_version: TLS12\n  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA]\n");
  EXPECT_TRUE(Connects({.ciphers = "ECDHE-ECDSA-AES128-SHA"}));
  EXPECT_FALSE(Connects({.ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256"}));
}

class ClientCertificateTest : public TlsServerTest {
 protected:
  void StartAsking(const std::string& type, const std::string& more = {}) {
    Write("ca.pem", ca_.certificate);
    const bool verifies = type.find("Verify") != type.npos;
    StartTls("  client_auth_type: " + type + "\n" + (verifies ? "  client_ca_file: ca.pem\n" : "") +
             more);
  }
  bool ConnectsWith(const TestCertificate* certificate) {
    return Connects({.certificate = certificate});
  }

  const TestCertificate ca_ = MakeCertificate("ca");
  const TestCertificate client_ = MakeCertificate("client.example", KeyKind::kEc, &ca_);
  const TestCertificate stranger_ = MakeCertificate("stranger");
};

TEST_F(ClientCertificateTest, RequireAndVerify) {
  StartAsking("RequireAndVerifyClientCert");
  EXPECT_TRUE(ConnectsWith(&client_));
  EXPECT_TRUE(saw_certificate_);
  EXPECT_FALSE(ConnectsWith(&stranger_));
  EXPECT_FALSE(ConnectsWith(nullptr));
}

TEST_F(ClientCertificateTest, VerifyIfGiven) {
  StartAsking("VerifyClientCertIfGiven");
  EXPECT_TRUE(ConnectsWith(nullptr));
  EXPECT_FALSE(saw_certificate_);
  EXPECT_FALSE(ConnectsWith(&stranger_));
  EXPECT_TRUE(ConnectsWith(&client_));
  EXPECT_TRUE(saw_certificate_);
}

TEST_F(ClientCertificateTest, RequireAnyTakesStrangersButDoesNotTrustThem) {
  StartAsking("RequireAnyClientCert");
  EXPECT_FALSE(ConnectsWith(nullptr));
  EXPECT_TRUE(ConnectsWith(&stranger_));
  EXPECT_FALSE(saw_certificate_);
}

TEST_F(ClientCertificateTest, RequestTakesEverybody) {
  StartAsking("RequestClientCert");
  EXPECT_TRUE(ConnectsWith(nullptr));
  EXPECT_TRUE(ConnectsWith(&stranger_));
  EXPECT_FALSE(saw_certificate_);
}

TEST_F(ClientCertificateTest, AllowedNames) {
  StartAsking("RequireAndVerifyClientCert", "  client_allowed_sans: [other, client.example]\n");
  EXPECT_TRUE(ConnectsWith(&client_));
  const TestCertificate another = MakeCertificate("another.example", KeyKind::kEc, &ca_);
  EXPECT_FALSE(ConnectsWith(&another));
}

TEST_F(ClientCertificateTest, AChangedCaIsTaken) {
  StartAsking("RequireAndVerifyClientCert");
  EXPECT_FALSE(ConnectsWith(&stranger_));
  Write("ca.pem", stranger_.certificate);
  EXPECT_TRUE(ConnectsWith(&stranger_));
  EXPECT_FALSE(ConnectsWith(&client_));
}

TEST_F(TlsServerTest, DoesNotStartWithFilesThatDoNotFit) {
  const auto error = [this](const std::string& web_config) {
    Write("web.yml", web_config);
    options_.web_config_file = folder_ + "/web.yml";
    const auto server = HttpServer::Start(options_, {}, logs_.Get("http"));
    EXPECT_FALSE(server.ok());
    EXPECT_EQ(server.status().code(), ErrorCode::kInvalid);
    return server.status().message();
  };
  EXPECT_THAT(error("tls_server_config: {cert_file: no.pem, key_file: key.pem}"),
              HasSubstr("no.pem: No such file"));
  EXPECT_THAT(error("tls_server_config: {cert_file: key.pem, key_file: key.pem}"),
              HasSubstr("holds no valid PEM certificate"));
  EXPECT_THAT(error("tls_server_config: {cert_file: cert.pem, key_file: cert.pem}"),
              HasSubstr("holds no PEM private key"));
  Write("other.pem", MakeCertificate("other").key);
  EXPECT_THAT(error("tls_server_config: {cert_file: cert.pem, key_file: other.pem}"),
              HasSubstr("does not belong to the certificate"));
}

TEST_F(TlsServerTest, StopsAtOnceWithHandshakesOpen) {
  StartTls();
  RawClient half(address_);
  half.Send(std::string_view("\x16\x03\x01\x02\x00\x01", 6));
  TlsClient idle(address_);
  std::future<void> stopped = std::async(std::launch::async, [&] { server_.reset(); });
  EXPECT_EQ(stopped.wait_for(std::chrono::seconds(1)), std::future_status::ready);
}

}  // namespace
}  // namespace hostpulse::http
