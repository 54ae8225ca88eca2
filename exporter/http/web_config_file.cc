#include "exporter/http/web_config_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "core/duration.h"
#include "exporter/http/ascii.h"
#include "exporter/http/bcrypt.h"
#include "exporter/http/web_config_reader.h"
#include "exporter/http/web_config_yaml.h"

namespace hostpulse::http {
namespace {

constexpr std::size_t kMaxFileBytes = 1 << 20;

template <typename T>
struct Name {
  std::string_view text;
  T value;
};

constexpr std::array<Name<ClientAuth>, 6> kClientAuths = {
    {{"NoClientCert", ClientAuth::kNone},
     {"RequestClientCert", ClientAuth::kRequest},
     {"RequireAnyClientCert", ClientAuth::kRequireAny},
     {"RequireClientCert", ClientAuth::kRequireAny},
     {"VerifyClientCertIfGiven", ClientAuth::kVerifyIfGiven},
     {"RequireAndVerifyClientCert", ClientAuth::kRequireAndVerify}}};
constexpr std::array<Name<TlsVersion>, 2> kVersions = {
    {{"TLS12", TlsVersion::k12}, {"TLS13", TlsVersion::k13}}};
constexpr std::array<Name<const char*>, 4> kCurves = {
    {{"CurveP256", "P-256"}, {"CurveP384", "P-384"}, {"CurveP521", "P-521"}, {"X25519", "X25519"}}};
// Go's names of those with forward secrecy; the ones with CBC are never on unless named. Those of
// TLS 1.3 are always on, there as here.
constexpr std::array<Name<const char*>, 15> kCiphers = {
    {{"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"},
     {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256"},
     {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384"},
     {"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE-RSA-AES256-GCM-SHA384"},
     {"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"},
     {"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-RSA-CHACHA20-POLY1305"},
     {"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305", "ECDHE-ECDSA-CHACHA20-POLY1305"},
     {"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305", "ECDHE-RSA-CHACHA20-POLY1305"},
     {"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "ECDHE-ECDSA-AES128-SHA"},
     {"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "ECDHE-RSA-AES128-SHA"},
     {"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", "ECDHE-ECDSA-AES256-SHA"},
     {"TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "ECDHE-RSA-AES256-SHA"},
     {"TLS_AES_128_GCM_SHA256", ""},
     {"TLS_AES_256_GCM_SHA384", ""},
     {"TLS_CHACHA20_POLY1305_SHA256", ""}}};

template <typename T, std::size_t N>
std::string Accepted(const std::array<Name<T>, N>& names) {
  std::string text = "accepted are ";
  for (const auto& name : names) {
    text.append(&name == &names.front() ? "" : ", ").append(name.text);
  }
  return text;
}

// Fills a WebConfig from the file's root.
class WebConfigParser {
 public:
  WebConfigParser(const std::string& path, WebConfig& out)
      : reader_(path), folder_(std::filesystem::path(path).parent_path()), out_(out) {}

  void Parse(const YAML::Node& root) {
    reader_.ReadMap(root, "",
                    {{"tls_server_config", [&](auto& node, auto& key) { Tls(node, key); }},
                     {"http_server_config", [&](auto& node, auto& key) { Http(node, key); }},
                     {"basic_auth_users", [&](auto& node, auto& key) { Users(node, key); }},
                     {"rate_limit", [&](auto& node, auto& key) { Limit(node, key); }}});
  }

  WebConfigReader& reader() { return reader_; }

 private:
  using Node = const YAML::Node&;
  using Text = const std::string&;

  void Tls(Node node, Text key) {
    if (node.IsNull()) return;
    TlsConfig& tls = out_.tls.emplace();
    const auto file = [this](std::string& to) {
      return [this, &to](Node value, Text name) { Path(value, name, to); };
    };
    const auto text = [this](std::string& to) {
      return [this, &to](Node value, Text name) { reader_.ReadText(value, name, to); };
    };
    reader_.ReadMap(
        node, key,
        {{"cert", text(tls.certificate.text)},
         {"cert_file", file(tls.certificate.file)},
         {"key", text(tls.key.text)},
         {"key_file", file(tls.key.file)},
         {"client_ca", text(tls.client_ca.text)},
         {"client_ca_file", file(tls.client_ca.file)},
         {"client_auth_type", [&](Node v, Text k) { Choose(v, k, kClientAuths, tls.client_auth); }},
         {"client_allowed_sans",
          [&](Node v, Text k) { reader_.ReadTexts(v, k, tls.client_allowed_sans); }},
         {"min_version", [&](Node v, Text k) { Choose(v, k, kVersions, tls.min_version); }},
         {"max_version", [&](Node v, Text k) { Choose(v, k, kVersions, tls.max_version); }},
         {"cipher_suites", [&](Node v, Text k) { ChooseAll(v, k, kCiphers, tls.cipher_suites); }},
         {"prefer_server_cipher_suites", [&](Node v, Text k) { reader_.ReadFlag(v, k); }},
         {"curve_preferences", [&](Node v, Text k) { ChooseAll(v, k, kCurves, tls.curves); }}});
    CheckTls(node, key, tls);
  }

  void CheckTls(Node node, Text key, const TlsConfig& tls) {
    const auto both = [](const PemSource& source) {
      return !source.file.empty() && !source.text.empty();
    };
    if (tls.certificate.empty()) reader_.Error(node, key, "cert_file or cert is missing");
    if (tls.key.empty()) reader_.Error(node, key, "key_file or key is missing");
    if (both(tls.certificate) || both(tls.key) || both(tls.client_ca)) {
      reader_.Error(node, key, "gives the same thing as a file and as a text");
    }
    const bool verifies = tls.client_auth == ClientAuth::kVerifyIfGiven ||
                          tls.client_auth == ClientAuth::kRequireAndVerify;
    if (verifies && tls.client_ca.empty()) {
      reader_.Error(node, key, "client_auth_type asks for client_ca_file");
    }
    const bool asks = tls.client_auth != ClientAuth::kNone;
    if (!asks && !tls.client_ca.empty()) {
      reader_.Error(node, key, "client_ca is without effect: client_auth_type asks for nothing");
    }
    if (!asks && !tls.client_allowed_sans.empty()) {
      reader_.Error(node, key,
                    "client_allowed_sans is without effect: client_auth_type asks for nothing");
    }
    if (tls.min_version > tls.max_version) {
      reader_.Error(node, key, "min_version is above max_version");
    }
  }

  void Http(Node node, Text key) {
    reader_.ReadMap(node, key,
                    {{"http2", [&](Node v, Text k) { reader_.ReadFlag(v, k); }},
                     {"headers", [&](Node v, Text k) { Headers(v, k); }}});
  }

  void Headers(Node node, Text key) {
    const auto any = [&](Node v, Text k) { Header(v, k, {}); };
    reader_.ReadMap(node, key,
                    {{"Content-Security-Policy", any},
                     {"X-Frame-Options",
                      [&](Node v, Text k) {
                        Header(v, k, {"deny", "sameorigin"});
                      }},
                     {"X-Content-Type-Options", [&](Node v, Text k) { Header(v, k, {"nosniff"}); }},
                     {"X-XSS-Protection", any},
                     {"Strict-Transport-Security", any}});
  }

  void Header(Node node, Text key, std::initializer_list<std::string_view> accepted) {
    std::string value;
    reader_.ReadText(node, key, value);
    if (value.empty()) return;  // As there: a header that is not sent.
    const bool printable =
        std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c < 0x7f; });
    if (!printable) return reader_.Error(node, key, "holds a character that no header may have");
    const bool listed = std::any_of(accepted.begin(), accepted.end(), [&](std::string_view word) {
      return EqualsIgnoreCase(word, value);
    });
    if (accepted.size() > 0 && !listed) {
      std::string words;
      for (const auto word : accepted) words.append(words.empty() ? "" : " or ").append(word);
      return reader_.Error(node, key, "is not " + words);
    }
    out_.headers.emplace_back(key.substr(key.rfind('.') + 1), std::move(value));
  }

  void Users(Node node, Text key) {
    reader_.ReadFreeMap(node, key, [&](Text name, Node value) {
      std::string hash;
      reader_.ReadText(value, key + "." + name, hash);
      if (name.empty() || name.find(':') != name.npos) {
        reader_.Error(value, key, "a user name is empty or holds a colon");
      } else if (!IsBcryptHash(hash)) {
        reader_.Error(value, key + "." + name,
                      "is no bcrypt hash of cost 04 to 14, as `htpasswd -nB` makes it");
      } else {
        out_.users.push_back({name, std::move(hash)});
      }
    });
  }

  void Limit(Node node, Text key) {
    if (node.IsNull()) return;
    RateLimit limit;
    reader_.ReadMap(node, key,
                    {{"interval", [&](Node v, Text k) { Interval(v, k, limit.interval); }},
                     {"burst", [&](Node v, Text k) { Burst(v, k, limit.burst); }}});
    if (limit.interval.count() > 0) out_.rate_limit = limit;
  }

  void Interval(Node node, Text key, std::chrono::nanoseconds& out) {
    std::string text;
    reader_.ReadText(node, key, text);
    auto duration = ParseDuration(text);
    if (!duration) return reader_.Error(node, key, duration.status().message());
    out = *duration;
  }

  void Burst(Node node, Text key, std::size_t& out) {
    std::string text;
    reader_.ReadText(node, key, text);
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, out);
    if (error != std::errc() || stop != end) reader_.Error(node, key, "is not a whole number");
  }

  void Path(Node node, Text key, std::string& out) {
    reader_.ReadText(node, key, out);
    if (!out.empty()) out = (folder_ / out).string();
  }

  template <typename T, std::size_t N>
  void Choose(Node node, Text key, const std::array<Name<T>, N>& names, T& out) {
    std::string text;
    reader_.ReadText(node, key, text);
    const auto found = std::find_if(names.begin(), names.end(),
                                    [&](const Name<T>& name) { return name.text == text; });
    if (found == names.end()) return reader_.Error(node, key, Accepted(names));
    out = found->value;
  }

  template <std::size_t N>
  void ChooseAll(Node node, Text key, const std::array<Name<const char*>, N>& names,
                 std::vector<std::string>& out) {
    if (node.IsNull()) return;
    if (!node.IsSequence()) return reader_.Error(node, key, "is not a list");
    for (const auto& item : node) {
      const char* chosen = "";
      Choose(item, key, names, chosen);
      if (*chosen != '\0') out.emplace_back(chosen);
    }
  }

  WebConfigReader reader_;
  std::filesystem::path folder_;
  WebConfig& out_;
};

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

}  // namespace

Result<WebConfig> LoadWebConfig(const std::string& path) {
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rbe"));
  if (!file) {
    return Status(ErrorCode::kInvalid, path + ": " + std::generic_category().message(errno));
  }
  std::string text(kMaxFileBytes + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get())) return Status(ErrorCode::kInvalid, path + ": cannot be read");
  if (text.size() > kMaxFileBytes) {
    return Status(ErrorCode::kInvalid, path + ": is larger than 1 MiB");
  }
  return ParseWebConfig(text, path);
}

Result<WebConfig> ParseWebConfig(const std::string& text, const std::string& path) {
  WebConfig config;
  const auto root = ParseWebYaml(text, path);
  if (!root) return root.status();
  WebConfigParser parser(path, config);
  try {
    parser.Parse(*root);
  } catch (const YAML::Exception& error) {
    parser.reader().Error(error.mark, "", error.msg);
  }
  if (parser.reader().errors().empty()) return config;
  return Status(ErrorCode::kInvalid, parser.reader().errors());
}

}  // namespace hostpulse::http
