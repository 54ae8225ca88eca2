#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "push/transport/credentials.h"

namespace hostpulse::push {

// Fetches a token with the client credentials grant and keeps it for four fifths of its life. Of
// `transport` the timeout is used.
std::unique_ptr<Authorizer> MakeOAuth2Authorizer(const OAuth2Options& options,
                                                 const TransportOptions& transport,
                                                 HttpClient& http, const Clock& clock);

// "user:password" in base64.
std::string BasicCredentials(std::string_view user, std::string_view password);

}  // namespace hostpulse::push
