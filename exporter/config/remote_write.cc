#include "exporter/config/remote_write.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <utility>

#include "exporter/config/map_reader.h"

namespace hostpulse::config {
namespace {

constexpr std::string_view kNoSecretStore =
    "is not supported: there is no secret manager here; use the key that ends in _file";
constexpr std::string_view kOneRequest =
    "one request at a time empties the queue in order, whatever its length";

void ReadPairs(MapReader& reader, std::string_view key, std::map<std::string, std::string>& to) {
  std::vector<std::pair<std::string, std::string>> pairs;
  reader.Pairs(key, pairs);
  to.insert(pairs.begin(), pairs.end());
}

// A secret given as `key` or `key_file`.
void ReadSecret(MapReader& reader, const std::string& key, push::Secret& to) {
  reader.String(key, to.value);
  reader.String(key + "_file", to.file);
  reader.Refuse(key + "_ref", kNoSecretStore);
}

void ReadBasicAuth(MapReader& block, push::TransportOptions& to) {
  const Node* node = block.TakeMap("basic_auth");
  if (node == nullptr) return;
  MapReader reader(*node, block.PathOf("basic_auth"), block.findings());
  to.basic_auth.emplace();
  reader.String("username", to.basic_auth->username);
  reader.Refuse("username_file", "is not supported: write the name as username");
  reader.Refuse("username_ref", kNoSecretStore);
  ReadSecret(reader, "password", to.basic_auth->password);
  reader.Finish();
}

void ReadAuthorization(MapReader& block, push::TransportOptions& to) {
  push::Secret token;
  ReadSecret(block, "bearer_token", token);
  const Node* node = block.TakeMap("authorization");
  if (node != nullptr) {
    MapReader reader(*node, block.PathOf("authorization"), block.findings());
    to.authorization.emplace();
    reader.String("type", to.authorization->type);
    ReadSecret(reader, "credentials", to.authorization->credentials);
    reader.Finish();
  }
  if (token.empty()) return;
  if (node != nullptr) return block.Error("authorization", "stands beside a bearer_token");
  to.authorization.emplace().credentials = std::move(token);
}

void ReadOAuth2(MapReader& block, push::TransportOptions& to) {
  const Node* node = block.TakeMap("oauth2");
  if (node == nullptr) return;
  MapReader reader(*node, block.PathOf("oauth2"), block.findings());
  push::OAuth2Options& oauth2 = to.oauth2.emplace();
  reader.String("client_id", oauth2.client_id);
  ReadSecret(reader, "client_secret", oauth2.client_secret);
  reader.String("token_url", oauth2.token_url);
  reader.Strings("scopes", oauth2.scopes);
  ReadPairs(reader, "endpoint_params", oauth2.endpoint_params);
  for (const char* key : {"tls_config", "proxy_url", "no_proxy", "proxy_from_environment"}) {
    reader.Refuse(key, "is not supported: the token is fetched with the settings of remote_write");
  }
  reader.Finish();
}

void ReadTls(MapReader& block, push::TlsOptions& to) {
  const Node* node = block.TakeMap("tls_config");
  if (node == nullptr) return;
  MapReader reader(*node, block.PathOf("tls_config"), block.findings());
  reader.String("ca_file", to.ca_file);
  reader.String("cert_file", to.cert_file);
  reader.String("key_file", to.key_file);
  reader.String("server_name", to.server_name);
  reader.Bool("insecure_skip_verify", to.insecure_skip_verify);
  reader.String("min_version", to.min_version);
  std::string max_version = "TLS13";
  reader.String("max_version", max_version);
  if (max_version != "TLS13") reader.Error("max_version", "is not supported; accepted: TLS13");
  for (const std::string key : {"ca", "cert", "key"}) {
    reader.Refuse(key, "is not supported inline; use " + key + "_file");
    reader.Refuse(key + "_ref", kNoSecretStore);
  }
  reader.Finish();
}

void ReadProxy(MapReader& block, push::TransportOptions& to) {
  block.String("proxy_url", to.proxy_url);
  block.Refuse("no_proxy", "is not supported: leave proxy_url out for a URL without a proxy");
  block.Refuse("proxy_connect_header", "is not supported");
  bool from_environment = false;
  block.Bool("proxy_from_environment", from_environment);
  if (from_environment) {
    block.Error("proxy_from_environment", "is not supported: name the proxy as proxy_url");
  }
}

void ReadTransport(MapReader& block, push::TransportOptions& to) {
  block.String("url", to.url);
  block.Time("remote_timeout", to.remote_timeout);
  ReadPairs(block, "headers", to.headers);
  block.Refuse("http_headers", "is not supported: use headers");
  ReadBasicAuth(block, to);
  ReadAuthorization(block, to);
  ReadOAuth2(block, to);
  for (const char* key : {"sigv4", "azuread", "google_iam"}) {
    block.Refuse(key, "is not supported; accepted: basic_auth, authorization or oauth2");
  }
  ReadTls(block, to.tls);
  ReadProxy(block, to);
  bool follow_redirects = false;
  block.Bool("follow_redirects", follow_redirects);
  if (follow_redirects) block.Ignore("follow_redirects", "redirects are not followed");
  block.Ignore("enable_http2", "requests use HTTP/1.1");
}

push::RelabelConfig ReadRelabel(const Node& node, const std::string& path, Findings& findings) {
  MapReader reader(node, path, findings);
  push::RelabelConfig to;
  reader.Strings("source_labels", to.source_labels);
  reader.String("separator", to.separator);
  reader.String("target_label", to.target_label);
  reader.String("regex", to.regex);
  reader.Integer("modulus", to.modulus, 0, std::numeric_limits<std::int64_t>::max());
  reader.String("replacement", to.replacement);
  reader.Word("action", [&](const std::string& text) {
    const auto action = push::ParseRelabelAction(text);
    if (action) to.action = *action;
    return action.status();
  });
  reader.Finish();
  return to;
}

void ReadRelabels(MapReader& block, std::vector<push::RelabelConfig>& to) {
  const Node* list = block.TakeList("write_relabel_configs");
  if (list == nullptr) return;
  const std::string path = block.PathOf("write_relabel_configs");
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    to.push_back(
        ReadRelabel(list->items[i], path + "[" + std::to_string(i) + "]", block.findings()));
  }
}

void ReadQueue(MapReader& block, push::SendOptions& to) {
  const Node* node = block.TakeMap("queue_config");
  if (node == nullptr) return;
  MapReader reader(*node, block.PathOf("queue_config"), block.findings());
  reader.Time("batch_send_deadline", to.batch_send_deadline);
  reader.Integer("max_samples_per_send", to.max_samples_per_send, 1, 10'000'000);
  reader.Time("min_backoff", to.min_backoff);
  reader.Time("max_backoff", to.max_backoff);
  reader.Time("sample_age_limit", to.sample_age_limit);
  reader.Ignore("capacity", "push.max_bytes and push.max_age bound the queue");
  reader.Ignore("max_shards", kOneRequest);
  reader.Ignore("min_shards", kOneRequest);
  bool retry = true;
  reader.Bool("retry_on_http_429", retry);
  if (!retry) reader.Ignore("retry_on_http_429", "an answer of 429 is always retried");
  reader.Finish();
}

void ReadMetadata(MapReader& block, push::MetadataOptions& to) {
  const Node* node = block.TakeMap("metadata_config");
  if (node == nullptr) return;
  MapReader reader(*node, block.PathOf("metadata_config"), block.findings());
  reader.Bool("send", to.send);
  reader.Time("send_interval", to.send_interval);
  reader.Ignore("max_samples_per_send", "all metadata of a host fits one request");
  reader.Finish();
}

// "tls_config.min_version" -> the place of that key, or of the nearest map above that has none.
Place PlaceBelow(const Node& node, std::string_view key) {
  const std::size_t end = key.find_first_of(".[");
  const auto member = std::ranges::find(node.members, key.substr(0, end), &Member::key);
  if (member == node.members.end()) return node.place;
  if (end == key.npos || key[end] == '[') return member->place;
  return PlaceBelow(member->value, key.substr(end + 1));
}

void ResolvePaths(std::string_view file, push::TransportOptions& to) {
  std::vector<std::string*> paths = {&to.tls.ca_file, &to.tls.cert_file, &to.tls.key_file};
  if (to.basic_auth) paths.push_back(&to.basic_auth->password.file);
  if (to.authorization) paths.push_back(&to.authorization->credentials.file);
  if (to.oauth2) paths.push_back(&to.oauth2->client_secret.file);
  for (std::string* path : paths) *path = PathBeside(file, *path);
}

void Report(const push::Problems& problems, const Node& node, MapReader& block) {
  for (const push::OptionProblem& problem : problems) {
    // What could not be read holds its default, of which nothing more should be said.
    const std::string path = block.PathOf(problem.key);
    if (block.findings().Mentions(path)) continue;
    block.findings().Error(PlaceBelow(node, problem.key), path, problem.message);
  }
}

push::DestinationOptions ReadDestination(const Node& node, const std::string& path,
                                         Findings& findings) {
  MapReader block(node, path, findings);
  push::DestinationOptions to;
  block.String("name", to.name);
  block.String("protobuf_message", to.protobuf_message);
  block.String("compression", to.compression);
  ReadTransport(block, to.transport);
  ReadRelabels(block, to.write_relabel_configs);
  ReadQueue(block, to.queue_config);
  ReadMetadata(block, to.metadata_config);
  block.Ignore("send_exemplars", "there are no exemplars");
  block.Ignore("send_native_histograms", "there are no native histograms");
  block.Ignore("round_robin_dns", "the addresses of a name are tried in order");
  block.Finish();
  Report(push::Validate(to), node, block);
  return to;
}

}  // namespace

std::vector<push::DestinationOptions> ReadRemoteWrite(const Node& list, std::string_view file,
                                                      Findings& findings) {
  std::vector<push::DestinationOptions> destinations;
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    const std::string path = "remote_write[" + std::to_string(i) + "]";
    destinations.push_back(ReadDestination(list.items[i], path, findings));
    ResolvePaths(file, destinations.back().transport);
  }
  return destinations;
}

push::GatewayOptions ReadGateway(const Node& node, const std::string& url, std::string_view file,
                                 Findings& findings) {
  MapReader block(node, "push.gateway", findings);
  push::GatewayOptions to;
  ReadTransport(block, to.transport);
  block.Bool("keep", to.keep);
  block.Finish();
  if (!url.empty()) to.transport.url = url;
  Report(push::Validate(to.transport), node, block);
  ResolvePaths(file, to.transport);
  return to;
}

}  // namespace hostpulse::config
