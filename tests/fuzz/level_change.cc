// The body of a POST of /loggers/{name}: only JSON changes anything, and only what is accepted.

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "exporter/http/loggers_change.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const auto change = hostpulse::http::ParseLevelChange(body);
  if (!change) {
    if (change.status().message().empty()) std::abort();
    return 0;
  }
  if (!nlohmann::json::accept(body)) std::abort();
  if (change->lifetime && change->lifetime->count() <= 0) std::abort();
  return 0;
}

std::vector<std::string> hostpulse::fuzz::Seeds() {
  return {
      R"({"configuredLevel":"DEBUG"})",
      R"({"level":"trace","for":"10m"})",
      R"({"configuredLevel":null})",
      "{}",
      R"({"level":"INFO","level":"TRACE"})",
      R"({"level":{"level":["off"]},"for":1e999})",
      "{\"level\":\"\xED\xA0\x80\",\"for\":\"-1s\"}",
  };
}
