#include "exporter/http/negotiation.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "exporter/http/ascii.h"

namespace hostpulse::http {
namespace {

// One element of a header like Accept: "text/plain;version=0.0.4;q=0.5".
struct Offer {
  std::string_view value;
  std::string_view version;
  std::string_view proto;
  std::string_view encoding;
  double quality = 1;
};

// Cuts the text before `separator` off the front of `rest`.
std::string_view Cut(std::string_view& rest, char separator) {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return Trim(part);
}

// A quality that is no number from 0 to 1 counts as 0: nothing is served on a guess.
double ParseQuality(std::string_view text) {
  double quality = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, quality, std::chars_format::fixed);
  return error == std::errc() && stop == end && quality >= 0 && quality <= 1 ? quality : 0;
}

Offer ParseOffer(std::string_view text) {
  Offer offer;
  offer.value = Cut(text, ';');
  while (!text.empty()) {
    std::string_view parameter = Cut(text, ';');
    const std::string_view name = Cut(parameter, '=');
    if (EqualsIgnoreCase(name, "q")) offer.quality = ParseQuality(Trim(parameter));
    if (EqualsIgnoreCase(name, "version")) offer.version = Trim(parameter);
    if (EqualsIgnoreCase(name, "proto")) offer.proto = Trim(parameter);
    if (EqualsIgnoreCase(name, "encoding")) offer.encoding = Trim(parameter);
  }
  return offer;
}

template <typename Visitor>
void ForEachOffer(std::string_view header, Visitor visit) {
  while (!header.empty()) {
    const std::string_view element = Cut(header, ',');
    if (!element.empty()) visit(ParseOffer(element));
  }
}

bool IsOpenMetrics(const Offer& offer) {
  return EqualsIgnoreCase(offer.value, "application/openmetrics-text") &&
         (offer.version.empty() || offer.version == "1.0.0" || offer.version == "0.0.1");
}

bool IsText(const Offer& offer) {
  if (offer.value == "*/*" || EqualsIgnoreCase(offer.value, "text/*")) return true;
  return EqualsIgnoreCase(offer.value, "text/plain") &&
         (offer.version.empty() || offer.version == "0.0.4");
}

// Both parameters have to be there, as in Prometheus' own words.
bool IsProtobuf(const Offer& offer) {
  return EqualsIgnoreCase(offer.value, "application/vnd.google.protobuf") &&
         offer.proto == "io.prometheus.client.MetricFamily" && offer.encoding == "delimited";
}

}  // namespace

Exposition ChooseExposition(std::string_view accept, bool openmetrics_enabled) {
  double text = 0;
  double openmetrics = 0;
  double protobuf = 0;
  ForEachOffer(accept, [&](const Offer& offer) {
    if (IsText(offer)) text = std::max(text, offer.quality);
    if (IsOpenMetrics(offer) && openmetrics_enabled) {
      openmetrics = std::max(openmetrics, offer.quality);
    }
    if (IsProtobuf(offer)) protobuf = std::max(protobuf, offer.quality);
  });
  if (protobuf > std::max(text, openmetrics)) return Exposition::kProtobuf;
  return openmetrics > text ? Exposition::kOpenMetrics : Exposition::kText;
}

Encoding ChooseEncoding(std::string_view accept_encoding) {
  std::optional<double> gzip;
  std::optional<double> zstd;
  std::optional<double> identity;
  std::optional<double> any;
  ForEachOffer(accept_encoding, [&](const Offer& offer) {
    if (EqualsIgnoreCase(offer.value, "gzip") || EqualsIgnoreCase(offer.value, "x-gzip")) {
      gzip = offer.quality;
    } else if (EqualsIgnoreCase(offer.value, "zstd")) {
      zstd = offer.quality;
    } else if (EqualsIgnoreCase(offer.value, "identity")) {
      identity = offer.quality;
    } else if (offer.value == "*") {
      any = offer.quality;
    }
  });
  const double other = any.value_or(0);
  const double best = std::max(gzip.value_or(other), zstd.value_or(other));
  if (best == 0 || best < identity.value_or(0)) return Encoding::kIdentity;
  return gzip.value_or(other) == best ? Encoding::kGzip : Encoding::kZstd;
}

}  // namespace hostpulse::http
