// What others read of our output: promtool's lint and parser, and the parser of Python's
// prometheus_client. Each test is skipped where its program is not installed.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>

#include "core/metrics/openmetrics_encoder.h"
#include "core/metrics/process_source.h"
#include "core/metrics/text_encoder.h"
#include "tests/core/metrics/odd_families.h"

namespace hostpulse {
namespace {

struct Outcome {
  int exit_code = -1;
  std::string output;
};

// Runs a shell command on a text as its standard input; output and errors come back together.
Outcome Shell(const std::string& command, const std::string& input) {
  std::string path = testing::TempDir() + "hostpulse-XXXXXX";
  ::close(::mkstemp(path.data()));
  std::ofstream(path) << input;
  Outcome outcome;
  FILE* const pipe = ::popen((command + " <" + path + " 2>&1").c_str(), "r");
  std::array<char, 4096> chunk;
  while (const std::size_t got = std::fread(chunk.data(), 1, chunk.size(), pipe)) {
    outcome.output.append(chunk.data(), got);
  }
  outcome.exit_code = WEXITSTATUS(::pclose(pipe));
  ::unlink(path.c_str());
  return outcome;
}

bool Works(const std::string& command) {
  return Shell(command, "").exit_code == 0;
}

TEST(Promtool, HasNothingToSayOfOurOwnFamilies) {
  if (!Works("promtool --version")) GTEST_SKIP() << "promtool is not installed";
  ProcessSource source;
  std::string text;
  ASSERT_TRUE(
      source.Gather({}, [&](std::span<const FamilyView> all) { EncodeText(all, text); }).ok());
  const Outcome outcome = Shell("promtool check metrics", text);
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.output, "");
}

TEST(Promtool, ReadsWhateverTheFamilies) {
  if (!Works("promtool --version")) GTEST_SKIP() << "promtool is not installed";
  std::mt19937_64 random(17);
  MetricBatch batch;
  for (int round = 0; round < 20; ++round) {
    test::FillOddFamilies(random, batch);
    std::string text;
    EncodeText(batch.families(), text);
    // Its lint dislikes the names (exit code 3); what it cannot read is an error (1).
    const Outcome outcome = Shell("promtool check metrics", text);
    ASSERT_TRUE(outcome.exit_code == 0 || outcome.exit_code == 3) << outcome.output << text;
  }
}

TEST(PrometheusClient, ReadsOurOpenMetrics) {
  if (!Works("/usr/bin/python3 -c 'import prometheus_client.openmetrics.parser'")) {
    GTEST_SKIP() << "Python's prometheus_client is not installed";
  }
  std::mt19937_64 random(23);
  MetricBatch batch;
  std::string texts;
  std::string text;
  for (int round = 0; round < 300; ++round) {
    test::FillOddFamilies(random, batch);
    EncodeOpenMetrics(batch.families(), text);
    texts += text;
  }
  const Outcome outcome = Shell(R"(/usr/bin/python3 -c '
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
texts = sys.stdin.buffer.read().decode().split("# EOF\n")[:-1]
for text in texts:
  try:
    list(parse(text + "# EOF\n"))
  except ValueError as error:
    sys.exit(f"{error}\n{text}")
print(len(texts))')",
                                texts);
  EXPECT_EQ(outcome.output, "300\n");
}

}  // namespace
}  // namespace hostpulse
