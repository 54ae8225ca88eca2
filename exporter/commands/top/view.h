#pragma once

#include <cstddef>
#include <string>

#include "exporter/live/figures.h"
#include "exporter/live/rates.h"

namespace hostpulse::commands {

// What a frame of `hostpulse top` is made of.
struct TopFrame {
  std::string host;
  std::string time;  // "12:34:56"
  live::Figures figures;
  live::Rates rates;
};

struct ScreenSize {
  std::size_t columns = 80;
  std::size_t rows = 24;
};

// A whole screen, lines ended by \n: bars, then devices and file systems as far as there is room,
// the busiest first. `colour`: with SGR sequences. Names from the host have their control
// characters replaced. No line is longer than the screen is wide.
std::string RenderScreen(const TopFrame& frame, ScreenSize size, bool colour);

// One line a frame, for pipes and files, and the header over its columns.
std::string PlainHeader();
std::string PlainLine(const TopFrame& frame);

}  // namespace hostpulse::commands
