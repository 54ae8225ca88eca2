#include "exporter/config/document.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "tests/exporter/config/config_test_support.h"

namespace hostpulse::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct Read {
  Node root;
  std::vector<std::string> errors;
};

Read Yaml(const std::string& text) {
  Findings findings;
  Node root = ParseYaml(text, "a.yml", findings);
  return {std::move(root), findings.errors()};
}

Read Json(const std::string& text) {
  Findings findings;
  Node root = ParseJson(text, "a.json", findings);
  return {std::move(root), findings.errors()};
}

TEST(Document, KeepsThePlaceOfEveryKey) {
  for (const Read& read : {Yaml("a:\n  b: 1\n  c: [x,\n     y]\n"),
                           Json("{\"a\":\n{\"b\": 1\n,\"c\": [\"x\",\n\"y\"]}}")}) {
    EXPECT_THAT(read.errors, IsEmpty());
    const Node* a = read.root.Find("a");
    ASSERT_NE(a, nullptr);
    EXPECT_EQ(a->members[0].place.line, 2);
    EXPECT_EQ(a->Find("b")->text, "1");
    EXPECT_EQ(a->Find("b")->place.line, 2);
    EXPECT_EQ(a->members[1].place.line, 3);
    EXPECT_EQ(a->Find("c")->items[1].place.line, 4);
    EXPECT_EQ(a->Find("c")->items[1].text, "y");
  }
}

TEST(Document, ReportsDuplicateKeysWithBothLines) {
  EXPECT_THAT(Yaml("a: 1\nb: 2\na: 3\n").errors,
              ElementsAre("a.yml:3: a: stands twice, first in line 1"));
  EXPECT_THAT(Json("{\"a\": 1,\n \"a\": 3}").errors,
              ElementsAre("a.json:2: a: stands twice, first in line 1"));
}

TEST(Document, ReportsBrokenSyntaxWithItsLine) {
  EXPECT_THAT(Yaml("a: 1\nb: [\n").errors, ElementsAre(HasSubstr("a.yml:3: is not YAML")));
  EXPECT_THAT(Yaml("a: 1\n\tb: 2\n").errors, ElementsAre(HasSubstr("a.yml:2: is not YAML")));
  EXPECT_THAT(Json("{\"a\": 1,\n}").errors, ElementsAre(HasSubstr("a.json:2: is not JSON")));
  EXPECT_THAT(Json("{\"a\": 1e999}").errors, ElementsAre(HasSubstr("a.json:1: is not JSON")));
  EXPECT_THAT(Json("").errors, ElementsAre(HasSubstr("is not JSON")));
}

TEST(Document, RefusesSeveralDocumentsTagsAndOddKeys) {
  EXPECT_THAT(Yaml("a: 1\n---\nb: 2\n").errors, ElementsAre(HasSubstr("several documents")));
  EXPECT_THAT(Yaml("a: !!binary AA==\n").errors, ElementsAre(HasSubstr("tags")));
  EXPECT_THAT(Yaml("? [a, b]\n: 1\n").errors, ElementsAre(HasSubstr("a key must be a plain text")));
}

TEST(Document, ResolvesAliases) {
  const Read read = Yaml("a: &x {k: [1, 2]}\nb: *x\n");
  EXPECT_THAT(read.errors, IsEmpty());
  EXPECT_THAT(read.root.Find("b")->Find("k")->items, SizeIs(2));
}

TEST(Document, RefusesAnAliasBombWithoutBuildingIt) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string below = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + below;
    for (int k = 1; k < 10; ++k) text += ", " + below;
    text += "]\n";
  }
  EXPECT_THAT(Yaml(text).errors, ElementsAre("a.yml:5: more than 100000 values, aliases counted"));
}

TEST(Document, RefusesWhatIsNestedTooDeep) {
  const std::string deep(100'000, '[');
  EXPECT_THAT(Yaml("a: " + deep).errors, SizeIs(1));
  EXPECT_THAT(Json(deep).errors, ElementsAre("a.json:1: nested more than 32 deep"));
  EXPECT_THAT(Yaml("a: " + std::string(40, '[') + std::string(40, ']')).errors,
              ElementsAre("a.yml:1: nested more than 32 deep"));
}

TEST(Document, RefusesFilesThatAreNoText) {
  const ConfigDir dir;
  Findings findings;
  LoadDocument(dir.Write("nul.yml", std::string("a: 1\nb: \0\n", 10)), findings);
  LoadDocument(dir.Write("latin.yml", "a: \xe9\n"), findings);
  LoadDocument(dir.Write("big.yml", std::string(kMaxFileBytes + 1, '#')), findings);
  LoadDocument(dir.Write("list.yml", "- a\n"), findings);
  LoadDocument(dir.Path("missing.yml"), findings);
  LoadDocument(dir.Path(""), findings);
  EXPECT_THAT(findings.errors(),
              testing::UnorderedElementsAre(HasSubstr("nul.yml:2: is not text"),
                                            HasSubstr("latin.yml:1: is not text"),
                                            HasSubstr("big.yml: is larger than 1 MiB"),
                                            HasSubstr("list.yml:1: holds no keys"),
                                            HasSubstr("missing.yml: cannot be read: No such file"),
                                            HasSubstr("is not a regular file")));
}

TEST(Document, DoesNotWaitForAPipe) {
  const ConfigDir dir;
  ASSERT_EQ(::mkfifo(dir.Path("pipe.yml").c_str(), 0600), 0);
  Findings findings;
  LoadDocument(dir.Path("pipe.yml"), findings);
  EXPECT_THAT(findings.errors(), ElementsAre(HasSubstr("is not a regular file")));
}

TEST(Document, TakesEmptyFilesAsNothingSaid) {
  const ConfigDir dir;
  Findings findings;
  EXPECT_EQ(LoadDocument(dir.Write("empty.yml", ""), findings).kind, Node::Kind::kNull);
  EXPECT_EQ(LoadDocument(dir.Write("comment.yml", "# nothing\n"), findings).kind,
            Node::Kind::kNull);
  EXPECT_THAT(findings.errors(), IsEmpty());
}

TEST(Document, OverlaysMapsDeeplyAndReplacesLists) {
  Node base = Yaml("a: {b: 1, c: [1, 2], d: {e: 1}}\n").root;
  Overlay(base, Yaml("a: {c: [3], d: {f: 2}}\ng: 4\n").root);
  const Node* a = base.Find("a");
  EXPECT_EQ(a->Find("b")->text, "1");
  ASSERT_THAT(a->Find("c")->items, SizeIs(1));
  EXPECT_EQ(a->Find("c")->items[0].text, "3");
  EXPECT_EQ(a->Find("d")->Find("e")->text, "1");
  EXPECT_EQ(a->Find("d")->Find("f")->text, "2");
  EXPECT_EQ(base.Find("g")->text, "4");
}

TEST(Document, NamesOverlaysBesideTheirBase) {
  EXPECT_EQ(OverlayPath("/etc/h.d/hostpulse.yml", "prod"), "/etc/h.d/hostpulse-prod.yml");
  EXPECT_EQ(OverlayPath("hostpulse.json", "x"), "hostpulse-x.json");
  EXPECT_EQ(OverlayPath("/etc/h.d/config", "x"), "/etc/h.d/config-x");
  EXPECT_EQ(PathBeside("/etc/h/c.yml", "web.yml"), "/etc/h/web.yml");
  EXPECT_EQ(PathBeside("c.yml", "web.yml"), "web.yml");
  EXPECT_EQ(PathBeside("/etc/h/c.yml", "/web.yml"), "/web.yml");
}

}  // namespace
}  // namespace hostpulse::config
