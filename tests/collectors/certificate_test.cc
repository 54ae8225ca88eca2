#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "collectors/certificate_reader.h"
#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using testing::HasSubstr;

constexpr std::string_view kFlag = "collector.certificate.files";
// Of CN=web-01,O=Example, from 2026-11-28T08:11:33Z to 2036-11-25T08:11:33Z, its own issuer.
constexpr std::string_view kPem =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBijCCATCgAwIBAgIDChssMAoGCCqGSM49BAMCMCMxEDAOBgNVBAoMB0V4YW1w\n"
    "bGUxDzANBgNVBAMMBndlYi0wMTAeFw0yNjExMjgwODExMzNaFw0zNjExMjUwODEx\n"
    "MzNaMCMxEDAOBgNVBAoMB0V4YW1wbGUxDzANBgNVBAMMBndlYi0wMTBZMBMGByqG\n"
    "SM49AgEGCCqGSM49AwEHA0IABDQQtrH/RQZTaVoikTyMxudxN7vSkvjlfdaRGqUW\n"
    "UrqThxcCa8e85xmtMVOfd7ifAMye3V9/hxBwU5sHFoWFKG6jUzBRMB0GA1UdDgQW\n"
    "BBRhXkrI/wZrMbultGpmPXxgIc1aDzAfBgNVHSMEGDAWgBRhXkrI/wZrMbultGpm\n"
    "PXxgIc1aDzAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCICv0AnCb\n"
    "aN83CeYDSajW8nixBQDGn+P3/TI1NKhPUSWZAiEAulaQ1yQTc6Y722GmnK/GCsqc\n"
    "IYhoILu6Z8OBzOu3KTU=\n"
    "-----END CERTIFICATE-----\n";

class CertificateTest : public testing::Test {
 protected:
  std::string Path(const std::string& name) const { return host_.Path("root/tls/" + name); }
  void Write(const std::string& name, std::string_view content) {
    host_.WriteRoot("tls/" + name, content);
  }
  // What is told of a file that holds kPem.
  std::string Sound(const std::string& name) const {
    const std::string labels =
        "{path=\"" + Path(name) + "\",serial=\"0A1B2C\",subject=\"CN=web-01,O=Example\"} ";
    return "hostpulse_certificate_error{path=\"" + Path(name) + "\"} 0\n" +
           "hostpulse_certificate_expiry_timestamp_seconds" + labels + "2111213493\n" +
           "hostpulse_certificate_start_timestamp_seconds" + labels + "1795853493\n";
  }
  std::string Bad(const std::string& name) const {
    return "hostpulse_certificate_error{path=\"" + Path(name) + "\"} 1\n";
  }

  HostTree host_;
};

TEST_F(CertificateTest, TellsWhenACertificateExpires) {
  Write("web.pem", kPem);
  CollectorHarness certificates("certificate", host_, {{kFlag, Path("web.pem")}});
  EXPECT_EQ(certificates.Run(), Sound("web.pem"));
  EXPECT_EQ(certificates.status(), Status());
  EXPECT_EQ(certificates.AllocationsOnceWarm(), 0U);
}

TEST_F(CertificateTest, AGlobTakesWhatIsThere) {
  Write("a.crt", kPem);
  CollectorHarness certificates("certificate", host_, {{kFlag, Path("*.crt")}});
  EXPECT_EQ(certificates.Run(), Sound("a.crt"));
  std::filesystem::rename(Path("a.crt"), Path("b.crt"));
  EXPECT_EQ(certificates.Run(), Sound("b.crt"));
}

TEST_F(CertificateTest, TakesAChangedFile) {
  Write("web.pem", "nonsense");
  CollectorHarness certificates("certificate", host_, {{kFlag, Path("web.pem")}});
  EXPECT_EQ(certificates.Run(), Bad("web.pem"));
  EXPECT_THAT(certificates.Log(), HasSubstr("web.pem: is no certificate"));
  Write("web.pem", kPem);
  EXPECT_EQ(certificates.Run(), Sound("web.pem"));
  std::filesystem::remove(Path("web.pem"));
  EXPECT_EQ(certificates.Run(), Bad("web.pem"));
}

TEST_F(CertificateTest, AMissingOrOddFileIsToldOfAndDoesNotHideOthers) {
  Write("web.pem", kPem);
  std::filesystem::create_directory(Path("folder"));
  CollectorHarness certificates(
      "certificate", host_,
      {{kFlag, Path("web.pem")}, {kFlag, Path("missing.pem")}, {kFlag, Path("folder")}});
  const std::string text = certificates.Run();
  EXPECT_THAT(text, HasSubstr(Bad("missing.pem")));
  EXPECT_THAT(text, HasSubstr(Bad("folder")));
  EXPECT_THAT(text, HasSubstr("expiry_timestamp_seconds{path=\"" + Path("web.pem")));
  EXPECT_EQ(certificates.status(), Status());
}

TEST_F(CertificateTest, WithoutFilesThereIsNothing) {
  CollectorHarness certificates("certificate", host_);
  EXPECT_EQ(certificates.Run(), "");
  EXPECT_EQ(certificates.status().code(), ErrorCode::kAbsent);
}

TEST(CertificateReaderTest, PassesOverWhatIsNoCertificate) {
  const std::string pem(kPem);
  const std::string other =
      "# a comment\n-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
  const auto read = collectors::ReadCertificates(other + pem + other + pem);
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read->size(), 1);  // The second one is the same.
  EXPECT_EQ(read->front().subject, "CN=web-01,O=Example");
}

TEST(CertificateReaderTest, RefusesWhatIsDamaged) {
  const std::string pem(kPem);
  std::string flipped = pem;
  flipped[60] = '!';
  for (const std::string& text :
       {std::string(), std::string("text"), pem.substr(0, 300), flipped, pem + pem.substr(0, 200),
        std::string("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
        std::string(1000, '\x30')}) {
    EXPECT_FALSE(collectors::ReadCertificates(text).ok()) << text;
  }
}

TEST(CertificateReaderTest, ReadsDer) {
  // DER is what PEM has in base64.
  std::string der;
  unsigned bits = 0;
  int have = 0;
  const std::string_view body = kPem.substr(28, kPem.find("-----END") - 28);
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (const char c : body) {
    const std::size_t value = kAlphabet.find(c);
    if (value == kAlphabet.npos) continue;
    bits = bits << 6 | static_cast<unsigned>(value);
    have += 6;
    if (have < 8) continue;
    have -= 8;
    der += static_cast<char>(bits >> have & 0xFF);
  }
  const auto read = collectors::ReadCertificates(der);
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(read->front().serial, "0A1B2C");
}

}  // namespace
}  // namespace hostpulse
