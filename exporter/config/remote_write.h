#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "exporter/config/document.h"
#include "exporter/config/findings.h"
#include "push/destination.h"
#include "push/gateway/gateway_options.h"

namespace hostpulse::config {

// Reads `remote_write`, a list of blocks as Prometheus has them. Keys that only tune Prometheus'
// own queue are accepted with a notice; keys whose absence would change where requests go or how
// they authenticate (sigv4, azuread, no_proxy ...) are refused with the reason. Paths are relative
// to the directory of `file`.
std::vector<push::DestinationOptions> ReadRemoteWrite(const Node& list, std::string_view file,
                                                      Findings& findings);

// Reads `push.gateway`: the keys of a remote_write block that say how requests reach its URL, and
// `keep`. A URL of the command line stands in for one of the file.
push::GatewayOptions ReadGateway(const Node& node, const std::string& url, std::string_view file,
                                 Findings& findings);

}  // namespace hostpulse::config
