#include "exporter/http/web_config_yaml.h"

#include <yaml-cpp/eventhandler.h>

#include <sstream>

#include "core/utf8.h"

namespace hostpulse::http {
namespace {

// Throws away what a parser finds.
class Ignore final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}
};

// Not by YAML::LoadAll: of a text like "," that makes documents without end.
bool HasSecondDocument(const std::string& text) {
  std::istringstream in(text);
  YAML::Parser parser(in);
  Ignore ignore;
  return parser.HandleNextDocument(ignore) && parser.HandleNextDocument(ignore);
}

Status Invalid(const std::string& path, int line, const std::string& what) {
  return {ErrorCode::kInvalid, path + ":" + std::to_string(line) + ": " + Printable(what)};
}

}  // namespace

Result<YAML::Node> ParseWebYaml(const std::string& text, const std::string& path) {
  if (!IsValidUtf8(text)) return Invalid(path, 1, "is not UTF-8");
  try {
    if (HasSecondDocument(text)) return Invalid(path, 1, "holds a second document");
    return YAML::Load(text);
  } catch (const YAML::Exception& error) {
    return Invalid(path, error.mark.line + 1, error.msg);
  }
}

}  // namespace hostpulse::http
