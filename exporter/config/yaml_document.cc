#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <sstream>

#include "exporter/config/tree_builder.h"

namespace hostpulse::config {
namespace {

// Events instead of YAML::Node: the place of every key is known, nothing is walked twice, and
// aliases are counted instead of shared.
class Events final : public YAML::EventHandler {
 public:
  explicit Events(TreeBuilder& tree) : tree_(tree) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    tree_.Null(Line(mark), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    tree_.Alias(Line(mark), anchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    CheckTag(mark, tag);
    const bool quoted = tag == "!";
    if (!quoted && (value == "~" || value == "null")) return tree_.Null(Line(mark), anchor);
    tree_.Scalar(Line(mark), value, quoted, anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    CheckTag(mark, tag);
    tree_.Begin(Line(mark), Node::Kind::kList, anchor);
  }
  void OnSequenceEnd() override { tree_.End(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    CheckTag(mark, tag);
    tree_.Begin(Line(mark), Node::Kind::kMap, anchor);
  }
  void OnMapEnd() override { tree_.End(); }

 private:
  static int Line(const YAML::Mark& mark) { return mark.line + 1; }

  // "?" is what the parser says of a plain value, "!" of a quoted one.
  void CheckTag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    tree_.Fail(Line(mark), "tags such as !!str are not accepted");
  }

  TreeBuilder& tree_;
};

}  // namespace

Node ParseYaml(const std::string& text, const std::string& name, Findings& findings) {
  TreeBuilder tree(name, findings);
  try {
    std::istringstream in(text);
    YAML::Parser parser(in);
    Events events(tree);
    if (parser.HandleNextDocument(events)) {
      Node root = tree.Take();
      if (!tree.failed() && parser.HandleNextDocument(events)) {
        tree.Fail(0, "holds several documents; one is accepted");
      }
      return root;
    }
  } catch (const YAML::Exception& error) {
    tree.Fail(error.mark.is_null() ? 0 : error.mark.line + 1, "is not YAML: " + error.msg);
  }
  return {};
}

}  // namespace hostpulse::config
