#pragma once

#include <string>
#include <string_view>

#include "exporter/http/http_message.h"

namespace hostpulse::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

bool HasHeader(const Headers& headers, std::string_view name);

// The bytes of an answer.
struct Answer {
  std::string head;
  std::string body;
};

// "Not Found"; "Error" for a status that has no phrase here.
std::string_view ReasonPhrase(int status);

// A plain text response that says the status' phrase, or `text` in its place.
Response ErrorResponse(int status, std::string_view text = {});

// Head and body of a response. Every answer carries the headers that keep browsers from doing more
// with it than showing it, unless the response has its own of that name. The body is left out for
// HEAD and 204.
Answer WriteAnswer(Response response, std::string_view method, bool keep_alive);

// The answer to something that is no request, before the connection closes.
Answer RefusalAnswer(int status);

}  // namespace hostpulse::http
