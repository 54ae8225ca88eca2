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

}  // namespace

bool PrefersOpenMetrics(std::string_view accept) {
  double openmetrics = 0;
  double text = 0;
  ForEachOffer(accept, [&](const Offer& offer) {
    if (IsOpenMetrics(offer)) openmetrics = std::max(openmetrics, offer.quality);
    if (IsText(offer)) text = std::max(text, offer.quality);
  });
  return openmetrics > text;
}

bool AcceptsGzip(std::string_view accept_encoding) {
  std::optional<double> gzip;
  std::optional<double> identity;
  std::optional<double> any;
  ForEachOffer(accept_encoding, [&](const Offer& offer) {
    if (EqualsIgnoreCase(offer.value, "gzip") || EqualsIgnoreCase(offer.value, "x-gzip")) {
      gzip = offer.quality;
    } else if (EqualsIgnoreCase(offer.value, "identity")) {
      identity = offer.quality;
    } else if (offer.value == "*") {
      any = offer.quality;
    }
  });
  const double quality = gzip.value_or(any.value_or(0));
  return quality > 0 && quality >= identity.value_or(0);
}

}  // namespace hostpulse::http
