#include "exporter/config/file_values.h"

#include <gmock/gmock.h>

namespace hostpulse::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::vector<FileValue> Values(const std::string& yaml) {
  Findings findings;
  const Node node = ParseYaml(yaml, "test.yml", findings);
  EXPECT_TRUE(findings.ok());
  return FlattenFile(node);
}

std::vector<FileChange> Changes(const std::string& before, const std::string& now) {
  return CompareFiles(Values(before), Values(now));
}

TEST(FileValuesTest, EveryScalarHasItsPath) {
  EXPECT_THAT(
      Values("web: {listen: [':9100', ':9101']}\n"
             "remote_write: [{name: a, url: 'http://a'}, {url: 'http://b'}]\n"
             "log: {loggers: {http: debug}, level: }\n"),
      ElementsAre(
          FileValue{"log.loggers.http", "debug"}, FileValue{"remote_write[1].url", "http://b"},
          FileValue{"remote_write[a].name", "a"}, FileValue{"remote_write[a].url", "http://a"},
          FileValue{"web.listen[0]", ":9100"}, FileValue{"web.listen[1]", ":9101"}));
}

TEST(FileValuesTest, TellsWhatHasChanged) {
  EXPECT_THAT(Changes("{a: 1, b: 2, c: 3, d: 4}", "{b: 2, c: 5, e: 6}"),
              ElementsAre(FileChange{"a", "1", ""}, FileChange{"c", "3", "5"},
                          FileChange{"d", "4", ""}, FileChange{"e", "", "6"}));
  EXPECT_THAT(Changes("a: 1", "a: 1"), IsEmpty());
  EXPECT_THAT(Changes("", "a: 1"), ElementsAre(FileChange{"a", "", "1"}));
  EXPECT_THAT(Changes("a: 1", ""), ElementsAre(FileChange{"a", "1", ""}));
}

// What comes before stays as it is called when something is put in front of it.
TEST(FileValuesTest, NamedMembersKeepTheirNames) {
  EXPECT_THAT(Changes("remote_write: [{name: a, url: x}]",
                      "remote_write: [{name: b, url: y}, {name: a, url: x}]"),
              ElementsAre(FileChange{"remote_write[b].name", "", "b"},
                          FileChange{"remote_write[b].url", "", "y"}));
}

TEST(FileValuesTest, SecretsAreNotShown) {
  const std::string before =
      "remote_write:\n- name: a\n  url: https://user:hunter2@host/push?key=hunter2\n"
      "  basic_auth: {username: u, password: hunter2}\n"
      "  authorization: {credentials: hunter2}\n  oauth2: {client_secret: hunter2, "
      "endpoint_params: {x: hunter2}}\n  bearer_token: hunter2\n  headers: {X-Key: hunter2}\n";
  std::string now = before;
  for (std::size_t at = 0; (at = now.find("hunter2", at)) != now.npos;)
    now.replace(at, 7, "other22");
  const std::vector<FileChange> changes = Changes(before, now);
  EXPECT_EQ(changes.size(), 7);
  for (const FileChange& change : changes) {
    EXPECT_THAT(change.was + change.is, Not(HasSubstr("hunter2"))) << change.path;
    EXPECT_THAT(change.was + change.is, Not(HasSubstr("other22"))) << change.path;
    EXPECT_THAT(change.is, HasSubstr("(not shown"));
  }
  EXPECT_THAT(Changes(before, before), IsEmpty());
}

}  // namespace
}  // namespace hostpulse::config
