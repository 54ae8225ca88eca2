#include "exporter/http/response_writer.h"

#include <time.h>

#include <algorithm>
#include <array>
#include <utility>

#include "exporter/http/ascii.h"

namespace hostpulse::http {
namespace {

struct Phrase {
  int status;
  std::string_view text;
};
constexpr std::array<Phrase, 21> kPhrases = {{{200, "OK"},
                                              {204, "No Content"},
                                              {304, "Not Modified"},
                                              {400, "Bad Request"},
                                              {401, "Unauthorized"},
                                              {403, "Forbidden"},
                                              {404, "Not Found"},
                                              {405, "Method Not Allowed"},
                                              {406, "Not Acceptable"},
                                              {408, "Request Timeout"},
                                              {411, "Length Required"},
                                              {413, "Content Too Large"},
                                              {415, "Unsupported Media Type"},
                                              {417, "Expectation Failed"},
                                              {421, "Misdirected Request"},
                                              {429, "Too Many Requests"},
                                              {431, "Request Header Fields Too Large"},
                                              {500, "Internal Server Error"},
                                              {501, "Not Implemented"},
                                              {503, "Service Unavailable"},
                                              {505, "HTTP Version Not Supported"}}};

using Pair = std::pair<std::string_view, std::string_view>;
constexpr std::array<Pair, 6> kDefaults = {
    {{"Cache-Control", "no-store"},
     {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
     {"Cross-Origin-Resource-Policy", "same-origin"},
     {"Referrer-Policy", "no-referrer"},
     {"X-Content-Type-Options", "nosniff"},
     {"X-Frame-Options", "DENY"}}};

void Add(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ").append(value).append("\r\n");
}

// The names of days and months are English whatever the locale, hence no strftime.
void AddDate(std::string& head) {
  static constexpr std::string_view kDays = "SunMonTueWedThuFriSat";
  static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const time_t now = ::time(nullptr);
  tm utc{};
  ::gmtime_r(&now, &utc);
  const auto two = [&](int number) {
    head.push_back(static_cast<char>('0' + number / 10));
    head.push_back(static_cast<char>('0' + number % 10));
  };
  head.append("Date: ").append(kDays.substr(static_cast<std::size_t>(utc.tm_wday) * 3, 3));
  head.append(", ");
  two(utc.tm_mday);
  head.append(" ").append(kMonths.substr(static_cast<std::size_t>(utc.tm_mon) * 3, 3)).append(" ");
  two((utc.tm_year + 1900) / 100);
  two(utc.tm_year % 100);
  head.append(" ");
  two(utc.tm_hour);
  head.append(":");
  two(utc.tm_min);
  head.append(":");
  two(utc.tm_sec);
  head.append(" GMT\r\n");
}

}  // namespace

bool HasHeader(const Headers& headers, std::string_view name) {
  return std::any_of(headers.begin(), headers.end(),
                     [&](const auto& header) { return EqualsIgnoreCase(header.first, name); });
}

std::string_view ReasonPhrase(int status) {
  const auto found = std::find_if(kPhrases.begin(), kPhrases.end(),
                                  [&](const Phrase& phrase) { return phrase.status == status; });
  return found == kPhrases.end() ? "Error" : found->text;
}

Response ErrorResponse(int status, std::string_view text) {
  Response response;
  response.status = status;
  response.body = text.empty() ? ReasonPhrase(status) : text;
  response.body += '\n';
  return response;
}

Answer WriteAnswer(Response response, std::string_view method, bool keep_alive) {
  Answer answer;
  std::string& head = answer.head;
  head.reserve(640);
  head.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  head.append(ReasonPhrase(response.status)).append("\r\n");
  AddDate(head);
  if (response.status != 204) {
    Add(head, "Content-Type", response.content_type);
    Add(head, "Content-Length", std::to_string(response.body.size()));
  }
  Add(head, "Connection", keep_alive ? "keep-alive" : "close");
  for (const auto& [name, value] : response.headers) Add(head, name, value);
  for (const auto& [name, value] : kDefaults) {
    if (!HasHeader(response.headers, name)) Add(head, name, value);
  }
  head.append("\r\n");
  if (method != "HEAD" && response.status != 204) answer.body = std::move(response.body);
  return answer;
}

Answer RefusalAnswer(int status) {
  return WriteAnswer(ErrorResponse(status), "GET", false);
}

}  // namespace hostpulse::http
