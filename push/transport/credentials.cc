#include "push/transport/credentials.h"

#include <utility>

#include "push/transport/base64.h"
#include "push/transport/oauth2.h"

namespace hostpulse::push {
namespace {

class NoAuthorizer final : public Authorizer {
 public:
  Result<std::string> Header() override { return std::string(); }
  void Refused() override {}
  std::vector<std::string> Secrets() const override { return {}; }
};

// "Basic" with user and password, or another type with the secret as it is.
class StaticAuthorizer final : public Authorizer {
 public:
  StaticAuthorizer(std::string type, std::optional<std::string> user, Secret secret)
      : type_(std::move(type)), user_(std::move(user)), secret_(std::move(secret)) {}

  Result<std::string> Header() override {
    Result<std::string> secret = secret_.Read();
    if (!secret.ok()) return secret;
    std::string sent = user_ ? BasicCredentials(*user_, *secret) : *secret;
    shown_never_ = {*secret, sent};
    return type_ + " " + sent;
  }
  void Refused() override { secret_.Forget(); }
  std::vector<std::string> Secrets() const override { return shown_never_; }

 private:
  const std::string type_;
  const std::optional<std::string> user_;
  SecretSource secret_;
  std::vector<std::string> shown_never_;
};

}  // namespace

std::string BasicCredentials(std::string_view user, std::string_view password) {
  return Base64(std::string(user) + ":" + std::string(password));
}

Result<std::string> SecretSource::Read() {
  if (secret_.file.empty()) return secret_.value;
  if (file_.Changed()) read_.reset();
  if (!read_) {
    Result<std::string> content = ReadSecretFile(secret_.file);
    if (!content.ok()) return content;
    read_ = std::move(content).value();
  }
  return *read_;
}

std::unique_ptr<Authorizer> Authorizer::Make(const TransportOptions& options, HttpClient& http,
                                             const Clock& clock) {
  if (options.oauth2) return MakeOAuth2Authorizer(*options.oauth2, options, http, clock);
  if (options.authorization) {
    return std::make_unique<StaticAuthorizer>(options.authorization->type, std::nullopt,
                                              options.authorization->credentials);
  }
  if (options.basic_auth) {
    return std::make_unique<StaticAuthorizer>("Basic", options.basic_auth->username,
                                              options.basic_auth->password);
  }
  const std::optional<UrlParts> parts = ParseUrl(options.url);
  if (parts && !(parts->user.empty() && parts->password.empty())) {
    return std::make_unique<StaticAuthorizer>("Basic", parts->user, Secret{parts->password, {}});
  }
  return std::make_unique<NoAuthorizer>();
}

}  // namespace hostpulse::push
