#include "exporter/commands/top/view.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <sstream>
#include <vector>

#include "exporter/commands/top/text.h"

namespace hostpulse::commands {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TopFrame Frame() {
  TopFrame frame;
  frame.host = "web-01";
  frame.time = "12:34:56";
  frame.figures.cpus = 4;
  frame.figures.memory = live::Figures::Memory{};
  frame.figures.memory->total = 16.0 * 1024 * 1024 * 1024;
  frame.figures.memory->available = 4.0 * 1024 * 1024 * 1024;
  frame.figures.load = live::Figures::Load{0.5, 1, 2};
  frame.figures.filesystems = {{"/dev/sda1", "/", 100, 50, false},
                               {"/dev/sdb1", "/data", 100, 2, false}};
  frame.rates.cpu = {{"user", 0.5}, {"system", 0.45}, {"idle", 0.05}};
  frame.rates.cpu_busy = 0.95;
  frame.rates.pressure = live::Figures::Pressure{0.1, 0.2, 0};
  frame.rates.networks = {{"eth0", {2048, 1024}}, {"eth1", {1 << 20, 0}}};
  frame.rates.disks = {{"sda", {0, 512, 0.25}}};
  return frame;
}

std::vector<std::string> Lines(const std::string& screen) {
  std::vector<std::string> lines;
  std::istringstream in(screen);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST(TopViewTest, ShowsTheHost) {
  const std::string screen = RenderScreen(Frame(), {100, 40}, false);
  for (const char* text :
       {"web-01  12:34:56  load 0.50 1.00 2.00", "CPU      [||||||||||||||||||||||| ]",
        "95.0 %  user 50.0 %  system 45.0 %", "75.0 %  12.0 GiB of 16.0 GiB", "I/O 20.0 %",
        "2.00 KiB", "512 B        25.0 %", "/data"}) {
    EXPECT_THAT(screen, HasSubstr(text));
  }
  EXPECT_THAT(screen, Not(HasSubstr("\x1b")));
  EXPECT_THAT(screen, Not(HasSubstr("Swap")));
}

TEST(TopViewTest, TheBusiestAndTheFullestComeFirst) {
  const std::string screen = RenderScreen(Frame(), {100, 40}, false);
  EXPECT_LT(screen.find("eth1"), screen.find("eth0"));
  EXPECT_LT(screen.find("/data"), screen.find("\n/  "));
}

TEST(TopViewTest, ColoursTellWhatToLookAt) {
  const std::string screen = RenderScreen(Frame(), {100, 40}, true);
  EXPECT_THAT(screen, HasSubstr("\x1b[31mCPU"));
  EXPECT_THAT(screen, HasSubstr("\x1b[33mMemory"));
  EXPECT_THAT(screen, HasSubstr("\x1b[32mPressure"));
  EXPECT_THAT(screen, HasSubstr("\x1b[31m/data"));
}

TEST(TopViewTest, FitsIntoAnyScreen) {
  TopFrame frame = Frame();
  for (int i = 0; i < 100; ++i) frame.rates.networks["veth" + std::to_string(i)] = {1, 1};
  frame.host = std::string(300, 'h');
  for (const std::size_t columns : {1, 20, 40, 80, 200}) {
    for (const std::size_t rows : {1, 2, 5, 10, 24, 60}) {
      const std::vector<std::string> lines = Lines(RenderScreen(frame, {columns, rows}, false));
      EXPECT_LT(lines.size(), std::max<std::size_t>(rows, 1)) << rows;
      for (const std::string& line : lines) EXPECT_LE(line.size(), columns);
    }
  }
}

TEST(TopViewTest, TablesShareTheRoom) {
  TopFrame frame = Frame();
  for (int i = 0; i < 100; ++i) frame.rates.networks["veth" + std::to_string(i)] = {1, 1};
  const std::string screen = RenderScreen(frame, {80, 24}, false);
  EXPECT_THAT(screen, HasSubstr("sda"));
  EXPECT_THAT(screen, HasSubstr("/data"));
}

TEST(TopViewTest, NamesCannotSteerTheTerminal) {
  TopFrame frame = Frame();
  frame.host = "evil\x1b[2J";
  frame.figures.filesystems[0].mountpoint =
      "/a\nb\xC2\x9B"
      "31m";
  frame.rates.networks["\xFF\x07"] = {1, 1};
  const std::string screen = RenderScreen(frame, {100, 40}, false);
  EXPECT_THAT(screen, HasSubstr("evil?[2J"));
  EXPECT_THAT(screen, HasSubstr("/a?b?31m"));
  EXPECT_THAT(screen, HasSubstr("??"));
  for (const char* bad : {"\x1b", "\x07", "\xC2\x9B", "\xFF"}) {
    EXPECT_THAT(screen, Not(HasSubstr(bad)));
  }
}

TEST(TopViewTest, PlainLinesStandBelowTheirHeader) {
  const std::string header = PlainHeader();
  const std::string line = PlainLine(Frame());
  EXPECT_EQ(header.size(), line.size());
  EXPECT_THAT(line, StartsWith("12:34:56  95.0 %"));
  EXPECT_THAT(line, HasSubstr("12.0 GiB"));
  EXPECT_THAT(line, HasSubstr("1.00 MiB"));
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  EXPECT_THAT(PlainLine(TopFrame{}), HasSubstr(" - "));
}

TEST(TopTextTest, PadsByCharacters) {
  EXPECT_EQ(PadRight("gr\xC3\xBC\xC3\x9F", 6), "gr\xC3\xBC\xC3\x9F  ");
  EXPECT_EQ(PadRight("gr\xC3\xBC\xC3\x9F", 3), "gr\xC3\xBC");
  EXPECT_EQ(PadLeft("abc", 5), "  abc");
  EXPECT_EQ(PadLeft("abc", 2), "ab");
  EXPECT_EQ(PadRight("", 0), "");
}

TEST(TopTextTest, BytesHaveThreeDigits) {
  EXPECT_EQ(FormatBytes(0), "0 B");
  EXPECT_EQ(FormatBytes(1023), "1023 B");
  EXPECT_EQ(FormatBytes(1536), "1.50 KiB");
  EXPECT_EQ(FormatBytes(10.0 * (1 << 20)), "10.0 MiB");
  EXPECT_EQ(FormatBytes(100.0 * (1 << 20)), "100 MiB");
  EXPECT_EQ(FormatBytes(1e300).substr(0, 5), "86736");
}

}  // namespace
}  // namespace hostpulse::commands
