#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "collectors/kernel/scanner.h"
#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

constexpr std::string_view kFlag = "collector.textfile.directory";

// The samples without those of the collector itself.
std::string Passed(const std::string& text) {
  std::string passed;
  kernel::LineScanner lines(text);
  for (std::string_view line; lines.Next(line);) {
    if (line.find("_textfile_") == line.npos) passed.append(line).append("\n");
  }
  return passed;
}

std::string ErrorsIn(const std::string& text) {
  std::string errors;
  kernel::LineScanner lines(text);
  for (std::string_view line; lines.Next(line);) {
    if (line.starts_with("hostpulse_textfile_error{")) errors.append(line).append("\n");
  }
  return errors;
}

bool HasError(const std::string& text) {
  const bool error = text.find("node_textfile_scrape_error 1\n") != text.npos;
  EXPECT_NE(error, text.find("node_textfile_scrape_error 0\n") != text.npos) << text;
  return error;
}

class TextfileTest : public testing::Test {
 protected:
  TextfileTest()
      : directory_(host_.Path("root/textfiles")),
        textfile_("textfile", host_, {{kFlag, directory_}}) {
    std::filesystem::create_directories(directory_);
    textfile_.AllowForeignFamilies();
  }

  void Write(const std::string& name, std::string_view content) {
    host_.WriteRoot("textfiles/" + name, content);
  }
  std::string Path(const std::string& name) const { return directory_ + "/" + name; }
  std::string ErrorOf(const std::string& name, int error) const {
    return "hostpulse_textfile_error{file=\"" + Path(name) + "\"} " + std::to_string(error) + "\n";
  }
  std::string HelpOf(std::string_view name) const {
    for (const FamilyView& family : textfile_.families()) {
      if (family.name == name) return std::string(family.help);
    }
    return "no such family";
  }

  HostTree host_;
  const std::string directory_;
  CollectorHarness textfile_;
};

TEST_F(TextfileTest, PassesFilesOn) {
  Write("b.prom", "# HELP b_total Bees.\n# TYPE b_total counter\nb_total{x=\"1\"} 5\n");
  Write("a.prom", "a 1.5\n");
  Write("c.txt", "c 1\n");
  Write(".hidden.prom", "d 1\n");
  const std::string text = textfile_.Run();
  EXPECT_EQ(Passed(text), "a 1.5\nb_total{x=\"1\"} 5\n");
  EXPECT_FALSE(HasError(text));
  EXPECT_TRUE(textfile_.status().ok());
  EXPECT_EQ(HelpOf("b_total"), "Bees.");
  EXPECT_EQ(HelpOf("a"), "Metric read from " + Path("a.prom"));
}

TEST_F(TextfileTest, SaysWhenAFileWasWritten) {
  Write("a.prom", "a 1\n");
  const timespec times[2] = {{.tv_sec = 0, .tv_nsec = 0},
                             {.tv_sec = 1'700'000'000, .tv_nsec = 900'000'000}};
  ASSERT_EQ(::utimensat(AT_FDCWD, Path("a.prom").c_str(), times, 0), 0);
  Write("bad.prom", "a\n");
  EXPECT_EQ(textfile_.Run(), "a 1\n" + ErrorOf("a.prom", 0) + ErrorOf("bad.prom", 1) +
                                 "node_textfile_mtime_seconds{file=\"" + Path("a.prom") +
                                 "\"} 1700000000\nnode_textfile_scrape_error 1\n");
}

TEST_F(TextfileTest, PassesHistogramsAndSummariesOn) {
  Write("a.prom",
        "# TYPE h histogram\nh_bucket{x=\"1\",le=\"2\"} 3\nh_bucket{x=\"1\",le=\"+Inf\"} 4\n"
        "h_sum{x=\"1\"} 5\nh_count{x=\"1\"} 4\n# TYPE s summary\ns{quantile=\"0.5\"} 6\n"
        "s_sum 7\ns_count 8\n");
  EXPECT_FALSE(HasError(textfile_.Run()));
  const auto families = textfile_.families();
  ASSERT_EQ(families.size(), 5u);
  EXPECT_EQ(families[0].type, kHistogram);
  const auto& histogram = *families[0].metrics[0];
  ASSERT_EQ(histogram.label.size(), 1u);
  EXPECT_EQ(histogram.label[0].value, "1");
  ASSERT_EQ(histogram.histogram.bucket.size(), 2u);
  EXPECT_EQ(histogram.histogram.bucket[0].cumulative_count, 3u);
  EXPECT_EQ(histogram.histogram.sample_count, 4u);
  EXPECT_EQ(histogram.histogram.sample_sum, 5);
  EXPECT_EQ(families[4].type, kSummary);
  const auto& summary = families[4].metrics[0]->summary;
  ASSERT_EQ(summary.quantile.size(), 1u);
  EXPECT_EQ(summary.quantile[0].value, 6);
  EXPECT_EQ(summary.sample_count, 8u);
}

TEST_F(TextfileTest, TakesSeveralDirectoriesAndGlobs) {
  host_.WriteRoot("one/a.prom", "a 1\n");
  host_.WriteRoot("many/x1/b.prom", "b 1\n");
  host_.WriteRoot("many/x2/c.prom", "c 1\n");
  host_.WriteRoot("many/y/d.prom", "d 1\n");
  CollectorHarness textfile("textfile", host_,
                            {{kFlag, host_.Path("root/one/")},
                             {kFlag, host_.Path("root/many/x*")},
                             {kFlag, host_.Path("root/one")},
                             {kFlag, ""}});
  textfile.AllowForeignFamilies();
  const std::string text = textfile.Run();
  EXPECT_EQ(Passed(text), "a 1\nb 1\nc 1\n");
  EXPECT_FALSE(HasError(text));
  EXPECT_NE(text.find("{file=\"" + host_.Path("root/one/a.prom") + "\"}"), text.npos) << text;
}

TEST_F(TextfileTest, SaysWhichDirectoryIsMissing) {
  CollectorHarness textfile("textfile", host_,
                            {{kFlag, host_.Path("root/none")}, {kFlag, host_.Path("root/no*")}});
  EXPECT_TRUE(HasError(textfile.Run()));
  EXPECT_TRUE(textfile.status().ok());
  const std::string log = textfile.Log();
  EXPECT_NE(log.find("root/none: open"), log.npos) << log;
  EXPECT_NE(log.find("root/no*: open"), log.npos) << log;
}

TEST_F(TextfileTest, HasOnlyItsErrorWithoutADirectory) {
  CollectorHarness textfile("textfile", host_);
  EXPECT_EQ(textfile.Run(), "node_textfile_scrape_error 0\n");
}

TEST_F(TextfileTest, SeesFilesChangeComeAndGo) {
  Write("a.prom", "a 1\n");
  EXPECT_EQ(Passed(textfile_.Run()), "a 1\n");
  Write("a.prom", "a 22\n");
  Write("b.prom", "b 1\n");
  EXPECT_EQ(Passed(textfile_.Run()), "a 22\nb 1\n");
  // The usual way to write one: the same size, and perhaps within the same tick of the clock.
  Write("a.new", "a 33\n");
  std::filesystem::rename(Path("a.new"), Path("a.prom"));
  EXPECT_EQ(Passed(textfile_.Run()), "a 33\nb 1\n");
  std::filesystem::remove(Path("a.prom"));
  EXPECT_EQ(Passed(textfile_.Run()), "b 1\n");
  std::filesystem::remove_all(directory_);
  EXPECT_TRUE(HasError(textfile_.Run()));
  Write("c.prom", "c 1\n");
  EXPECT_EQ(Passed(textfile_.Run()), "c 1\n");
}

TEST_F(TextfileTest, LeavesABadFileOutWhole) {
  Write("bad.prom", "good 1\nsecret_token_4711\n");
  Write("cut_off.prom", "cut_off 1");
  Write("fine.prom", "fine 1\n");
  Write("stamped.prom", "stamped 1 1700000000000\n");
  for (int scrape = 0; scrape < 2; ++scrape) {
    const std::string text = textfile_.Run();
    EXPECT_EQ(Passed(text), "fine 1\n");
    EXPECT_TRUE(HasError(text)) << "also while the bad ones are not read again";
    EXPECT_EQ(ErrorsIn(text), ErrorOf("bad.prom", 1) + ErrorOf("cut_off.prom", 1) +
                                  ErrorOf("fine.prom", 0) + ErrorOf("stamped.prom", 1));
    EXPECT_TRUE(textfile_.status().ok());
  }
  const std::string log = textfile_.Log();
  EXPECT_NE(log.find("bad.prom: line 2: "), log.npos) << log;
  EXPECT_NE(log.find("cut_off.prom: line 1: no line feed"), log.npos) << log;
  EXPECT_NE(log.find("stamped.prom: line 1: timestamps"), log.npos) << log;
  EXPECT_EQ(log.find("4711"), log.npos) << log;

  Write("bad.prom", "good 1\n");
  Write("stamped.prom", "");
  std::filesystem::remove(Path("cut_off.prom"));
  const std::string text = textfile_.Run();
  EXPECT_EQ(Passed(text), "fine 1\ngood 1\n");
  EXPECT_FALSE(HasError(text));
  EXPECT_EQ(ErrorsIn(text),
            ErrorOf("bad.prom", 0) + ErrorOf("fine.prom", 0) + ErrorOf("stamped.prom", 0));
}

TEST_F(TextfileTest, IsNotStalledByWhatIsNoFile) {
  ASSERT_EQ(::mkfifo(Path("fifo.prom").c_str(), 0600), 0);
  std::filesystem::create_directory(Path("directory.prom"));
  std::filesystem::create_symlink("/dev/zero", Path("device.prom"));
  std::filesystem::create_symlink("fifo.prom", Path("to_fifo.prom"));
  std::filesystem::create_symlink("nothing", Path("dangling.prom"));
  Write("real", "real 1\n");
  std::filesystem::create_symlink("real", Path("link.prom"));
  const std::string text = textfile_.Run();
  EXPECT_EQ(Passed(text), "real 1\n");
  EXPECT_TRUE(HasError(text));
  const std::string log = textfile_.Log();
  EXPECT_NE(log.find("fifo.prom: is not a regular file"), log.npos) << log;
}

TEST_F(TextfileTest, HoldsItsLimits) {
  Write("big.prom", "big 1\n#" + std::string(1 << 20, 'x') + "\n");
  std::string many;
  for (int i = 0; i <= 10'000; ++i) many += "many{x=\"" + std::to_string(i) + "\"} 1\n";
  Write("many.prom", many);
  Write("z.prom", "z 1\n");
  const std::string text = textfile_.Run();
  EXPECT_EQ(Passed(text), "z 1\n");
  EXPECT_TRUE(HasError(text));

  for (int i = 0; i < 200; ++i) Write("file" + std::to_string(i) + ".prom", "");
  EXPECT_EQ(Passed(textfile_.Run()), "") << "z.prom is beyond the two hundredth";
  EXPECT_NE(textfile_.Log().find("more than 200"), std::string::npos);
}

TEST_F(TextfileTest, OfTwoHelpTextsAndTypesTheFirstIsRight) {
  Write("1.prom", "# HELP a First.\n# TYPE a gauge\na{f=\"1\"} 1\n# TYPE b gauge\nb{f=\"1\"} 1\n");
  Write("2.prom",
        "# HELP a Second.\n# TYPE a gauge\na{f=\"2\"} 2\n# TYPE b counter\nb{f=\"2\"} 2\n");
  Write("3.prom", "# TYPE a gauge\na{f=\"3\"} 3\n");
  const std::string text = textfile_.Run();
  EXPECT_EQ(Passed(text), "a{f=\"1\"} 1\na{f=\"3\"} 3\nb{f=\"1\"} 1\n");
  EXPECT_TRUE(HasError(text));
  EXPECT_EQ(HelpOf("a"), "First.");
  EXPECT_EQ(ErrorsIn(text), ErrorOf("1.prom", 0) + ErrorOf("2.prom", 1) + ErrorOf("3.prom", 0));
  const std::string log = textfile_.Log();
  EXPECT_NE(log.find("help differs"), log.npos) << log;
  EXPECT_NE(log.find("type differs"), log.npos) << log;
}

TEST_F(TextfileTest, TakesTheHelpOfWhicheverFileHasOne) {
  Write("1.prom", "a{f=\"1\"} 1\nb{f=\"1\"} 1\n");
  Write("2.prom", "# HELP a Later.\na{f=\"2\"} 2\nb{f=\"2\"} 1\n");
  const std::string text = textfile_.Run();
  EXPECT_FALSE(HasError(text));
  EXPECT_EQ(HelpOf("a"), "Later.");
  EXPECT_EQ(HelpOf("b"), "Metric read from " + Path("1.prom") + ", " + Path("2.prom"));
}

TEST_F(TextfileTest, OfARepeatedSeriesTheFirstIsRight) {
  Write("1.prom", "a 1\n");
  Write("2.prom", "a 2\nb 1\n");
  Write("3.prom", "c 1\nc 2\n");
  const std::string text = textfile_.Run();
  EXPECT_EQ(Passed(text), "a 1\nb 1\nc 1\n");
  EXPECT_TRUE(HasError(text));
  EXPECT_EQ(ErrorsIn(text), ErrorOf("1.prom", 0) + ErrorOf("2.prom", 1) + ErrorOf("3.prom", 1));
  EXPECT_EQ(textfile_.duplicates(), 0u);
  EXPECT_NE(textfile_.Log().find("line=2"), std::string::npos);
}

TEST_F(TextfileTest, AllocatesNothingOnceWarm) {
  Write("a.prom", "# HELP a Some text that does not fit into a small string.\na{x=\"1\"} 1\n");
  Write("b.prom",
        "# TYPE h histogram\nh_bucket{le=\"2\"} 3\nh_count 4\n# TYPE s summary\n"
        "s{quantile=\"0.5\"} 6\ns_count 8\n");
  Write("bad.prom", "bad\n");
  EXPECT_EQ(textfile_.AllocationsOnceWarm(), 0u);
}

}  // namespace
}  // namespace hostpulse
