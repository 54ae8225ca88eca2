#include "push/transport/oauth2.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace hostpulse::push {
namespace {

// Of a token whose life is not told, and the most that is believed.
constexpr auto kUsualLife = std::chrono::hours(1);
constexpr auto kLongestLife = std::chrono::hours(24);

std::string FormEncoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out.append({'%', kHex[byte >> 4], kHex[byte & 0xf]});
    }
  }
  return out;
}

struct Token {
  std::string value;
  std::chrono::nanoseconds life = kUsualLife;
};

std::optional<Token> ParseToken(const std::string& body) {
  const auto answer = nlohmann::json::parse(body, nullptr, false);
  if (!answer.is_object()) return std::nullopt;
  const auto value = answer.find("access_token");
  if (value == answer.end() || !value->is_string()) return std::nullopt;
  Token token{value->get<std::string>()};
  const bool printable = std::all_of(token.value.begin(), token.value.end(),
                                     [](char c) { return c > ' ' && c < '\x7f'; });
  if (token.value.empty() || !printable) return std::nullopt;
  const auto life = answer.find("expires_in");
  if (life != answer.end() && life->is_number()) {
    const double most = ToSeconds(kLongestLife);
    const double seconds = std::clamp(life->get<double>(), 0.0, most);
    token.life = std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
  }
  return token;
}

class OAuth2Authorizer final : public Authorizer {
 public:
  OAuth2Authorizer(const OAuth2Options& options, const TransportOptions& transport,
                   HttpClient& http, const Clock& clock)
      : options_(options),
        timeout_(transport.remote_timeout),
        http_(http),
        clock_(clock),
        secret_(options.client_secret) {}

  Result<std::string> Header() override {
    if (token_.empty() || clock_.Monotonic() >= renew_at_) {
      if (Status status = Fetch(); !status.ok()) return status;
    }
    return "Bearer " + token_;
  }

  void Refused() override {
    token_.clear();
    secret_.Forget();
  }

  std::vector<std::string> Secrets() const override { return {token_, client_secret_}; }

 private:
  Status Fetch() {
    token_.clear();
    Result<std::string> secret = secret_.Read();
    if (!secret.ok()) return std::move(secret).status();
    client_secret_ = *secret;
    const std::string form = Form();
    const std::string basic =
        BasicCredentials(FormEncoded(options_.client_id), FormEncoded(client_secret_));
    const HttpReply reply =
        http_.Send({options_.token_url,
                    form,
                    {"Content-Type: application/x-www-form-urlencoded", "Accept: application/json",
                     "Authorization: Basic " + basic},
                    timeout_});
    return Take(reply);
  }

  std::string Form() const {
    std::string form = "grant_type=client_credentials";
    std::string scope;
    for (const std::string& one : options_.scopes) scope += (scope.empty() ? "" : " ") + one;
    if (!scope.empty()) form += "&scope=" + FormEncoded(scope);
    for (const auto& [name, value] : options_.endpoint_params) {
      form += "&" + FormEncoded(name) + "=" + FormEncoded(value);
    }
    return form;
  }

  Status Take(const HttpReply& reply) {
    if (reply.status == 0) return {ErrorCode::kTimeout, "no token: " + reply.error};
    const std::string answered = "no token: its server answered " + std::to_string(reply.status);
    if (reply.status == 429 || reply.status >= 500) return {ErrorCode::kTimeout, answered};
    if (reply.status != 200) return {ErrorCode::kPermission, answered};
    std::optional<Token> token = ParseToken(reply.body);
    if (!token) return {ErrorCode::kPermission, answered + " without an access_token"};
    token_ = std::move(token->value);
    renew_at_ = clock_.Monotonic() + token->life / 5 * 4;
    return {};
  }

  const OAuth2Options options_;
  const std::chrono::nanoseconds timeout_;
  HttpClient& http_;
  const Clock& clock_;
  SecretSource secret_;
  std::string client_secret_;
  std::string token_;
  MonotonicTime renew_at_{};
};

}  // namespace

std::unique_ptr<Authorizer> MakeOAuth2Authorizer(const OAuth2Options& options,
                                                 const TransportOptions& transport,
                                                 HttpClient& http, const Clock& clock) {
  return std::make_unique<OAuth2Authorizer>(options, transport, http, clock);
}

}  // namespace hostpulse::push
