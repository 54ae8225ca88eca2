// A configuration file of any bytes, as YAML and as JSON: what is understood can be compared with
// itself, and every complaint is one printable line with its place.

#include <cstdlib>
#include <string>

#include "core/utf8.h"
#include "exporter/config/document.h"
#include "exporter/config/file_values.h"
#include "tests/fuzz/fuzz_target.h"

using namespace hostpulse::config;

namespace {

void CheckParser(Node (*parse)(const std::string&, const std::string&, Findings&),
                 const std::string& text) {
  Findings findings;
  const Node node = parse(text, "hostpulse.conf", findings);
  for (const std::string& error : findings.errors()) {
    if (!error.starts_with("hostpulse.conf")) std::abort();
    if (hostpulse::Printable(error) != error) std::abort();
  }
  const auto values = FlattenFile(node);
  if (!CompareFiles(values, values).empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  // LoadDocument lets nothing else in.
  if (!hostpulse::IsValidUtf8(text) || text.find('\0') != text.npos) return 0;
  CheckParser(&ParseYaml, text);
  CheckParser(&ParseJson, text);
  return 0;
}

std::vector<std::string> hostpulse::fuzz::Seeds() {
  return {
      "global: {interval: 15s, external_labels: {datacenter: ams1}}\n"
      "remote_write:\n- name: primary\n  url: https://user:pw@metrics.example/api/v1/write\n"
      "  basic_auth: {username: web-01, password_file: /etc/hostpulse/password}\n"
      "  headers: {X-Scope-OrgID: a}\n",
      "{\"web\": {\"listen\": [\":9100\", \"unix:///run/x\"]}, \"collectors\": {\"cpu\": true}}",
      "log: &log {level: info, loggers: {http: debug}}\nother: *log\n? [a, b]\n: |\n  text\n",
      "a: [[[[[[]]]]]]\nb: {c: {d: {e: ~}}}\n--- \nc: 'it''s' # comment\n",
      "{\"a\": \"\\ud83d\\ude00\\n\", \"a\": 1e400, \"b\": [null, true, -0.0]}",
  };
}
