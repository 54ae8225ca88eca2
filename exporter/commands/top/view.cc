#include "exporter/commands/top/view.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

#include "exporter/commands/top/text.h"

namespace hostpulse::commands {
namespace {

using live::Figures;
using live::Rates;

// SGR colours: fine, look at it, bad.
constexpr std::string_view kGreen = "\x1b[32m";
constexpr std::string_view kYellow = "\x1b[33m";
constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kReset = "\x1b[0m";

constexpr std::size_t kTitle = 9;  // Columns of "Pressure ".
constexpr std::size_t kBar = 24;   // Between the brackets.
constexpr std::size_t kNumber = 13;

std::string_view ColourOf(double part) {
  if (part >= 0.9) return kRed;
  return part >= 0.7 ? kYellow : kGreen;
}

template <typename Devices, typename Value>
auto Busiest(const Devices& devices, Value value) {
  std::vector<const typename Devices::value_type*> order;
  order.reserve(devices.size());
  for (const auto& device : devices) order.push_back(&device);
  std::ranges::stable_sort(order, std::ranges::greater(),
                           [&](const auto* device) { return value(device->second); });
  return order;
}

class Screen {
 public:
  Screen(const TopFrame& frame, ScreenSize size, bool colour)
      : frame_(frame), size_(size), colour_(colour) {}

  std::string Render() {
    Head();
    Cpu();
    Memory();
    Pressure();
    Networks();
    Disks();
    Filesystems();
    return std::move(out_);
  }

 private:
  std::size_t RowsLeft() const { return size_.rows > rows_ + 1 ? size_.rows - rows_ - 1 : 0; }

  // A line with a coloured piece in it, which costs no columns.
  void Line(std::string_view text, std::string_view colour = {}, std::string_view rest = {}) {
    if (RowsLeft() == 0) return;
    const std::string front = PadRight(text, std::min(text.size(), size_.columns));
    const std::size_t room = size_.columns - std::min(size_.columns, text.size());
    if (colour_ && !colour.empty()) {
      out_.append(colour).append(front).append(kReset);
    } else {
      out_.append(front);
    }
    if (!rest.empty()) out_.append(Trimmed(PadRight(rest, room)));
    out_ += '\n';
    ++rows_;
  }

  static std::string Trimmed(std::string text) {
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
  }

  void Head() {
    std::string text = frame_.host + "  " + frame_.time;
    if (const auto& load = frame_.figures.load) {
      text += "  load " + FormatFixed(load->minute, 2) + " " + FormatFixed(load->five_minutes, 2) +
              " " + FormatFixed(load->fifteen_minutes, 2);
    }
    Line("hostpulse", kBold, "  " + text);
    Line("");
  }

  void Bar(std::string_view title, double part, const std::string& rest) {
    const double bounded = std::clamp(part, 0.0, 1.0);
    const auto filled = static_cast<std::size_t>(std::lround(bounded * static_cast<double>(kBar)));
    const std::string bar = PadRight(title, kTitle) + "[" + std::string(filled, '|') +
                            std::string(kBar - filled, ' ') + "] " +
                            PadLeft(FormatPart(bounded), 7);
    Line(bar, ColourOf(bounded), "  " + rest);
  }

  void Cpu() {
    if (frame_.figures.cpus == 0) return;
    const Rates& rates = frame_.rates;
    Bar("CPU", rates.cpu_busy,
        "user " + FormatPart(rates.Cpu("user") + rates.Cpu("nice")) + "  system " +
            FormatPart(rates.Cpu("system")) + "  I/O wait " + FormatPart(rates.Cpu("iowait")) +
            "  stolen " + FormatPart(rates.Cpu("steal")) + "  of " +
            std::to_string(frame_.figures.cpus));
  }

  void Memory() {
    const auto& memory = frame_.figures.memory;
    if (!memory || memory->total <= 0) return;
    const double used = memory->total - memory->available;
    Bar("Memory", used / memory->total,
        FormatBytes(used) + " of " + FormatBytes(memory->total) + "  cache " +
            FormatBytes(memory->buffers + memory->cached + memory->reclaimable));
    if (memory->swap_total <= 0) return;
    const double swap = memory->swap_total - memory->swap_free;
    Bar("Swap", swap / memory->swap_total,
        FormatBytes(swap) + " of " + FormatBytes(memory->swap_total));
  }

  void Pressure() {
    const auto& pressure = frame_.rates.pressure;
    if (!pressure) return;
    Bar("Pressure", std::max({pressure->cpu, pressure->io, pressure->memory}),
        "CPU " + FormatPart(pressure->cpu) + "  I/O " + FormatPart(pressure->io) + "  memory " +
            FormatPart(pressure->memory));
  }

  std::size_t NameWidth() const {
    constexpr std::size_t kNumbers = 3 * (kNumber + 1);
    return size_.columns > kNumbers + 10 ? std::min<std::size_t>(size_.columns - kNumbers, 40) : 10;
  }

  void Row(std::string_view name, std::initializer_list<std::string> cells,
           std::string_view colour = {}) {
    std::string text = PadRight(name, NameWidth());
    for (const std::string& cell : cells) text += " " + PadLeft(cell, kNumber);
    Line(text, colour);
  }

  // How many rows a table may have, so that the next ones have room, too.
  std::size_t Share(std::size_t tables) const {
    const std::size_t heads = 2 * tables;
    return RowsLeft() > heads ? std::max<std::size_t>((RowsLeft() - heads) / tables, 1) : 0;
  }

  void Networks() {
    const auto order = Busiest(frame_.rates.networks, [](const Rates::Network& each) {
      return each.received_bytes + each.transmitted_bytes;
    });
    if (order.empty()) return;
    const std::size_t room = Share(3);
    Line("");
    Row("Network", {"received/s", "transmitted/s"}, kBold);
    for (std::size_t i = 0; i < std::min(room, order.size()); ++i) {
      const auto& [name, each] = *order[i];
      Row(name, {FormatBytes(each.received_bytes), FormatBytes(each.transmitted_bytes)});
    }
  }

  void Disks() {
    const auto order = Busiest(frame_.rates.disks, [](const Rates::Disk& each) {
      return each.read_bytes + each.written_bytes;
    });
    if (order.empty()) return;
    const std::size_t room = Share(2);
    Line("");
    Row("Disk", {"read/s", "written/s", "busy"}, kBold);
    for (std::size_t i = 0; i < std::min(room, order.size()); ++i) {
      const auto& [name, each] = *order[i];
      Row(name,
          {FormatBytes(each.read_bytes), FormatBytes(each.written_bytes), FormatPart(each.busy)});
    }
  }

  void Filesystems() {
    std::vector<const Figures::Filesystem*> order;
    for (const auto& each : frame_.figures.filesystems) {
      if (each.size > 0) order.push_back(&each);
    }
    const auto free_part = [](const Figures::Filesystem* each) {
      return each->available / each->size;
    };
    std::ranges::stable_sort(order, {}, free_part);
    if (order.empty()) return;
    const std::size_t room = Share(1);
    Line("");
    Row("File system", {"size", "available", "free"}, kBold);
    for (std::size_t i = 0; i < std::min(room, order.size()); ++i) {
      const double free = free_part(order[i]);
      const std::string_view colour = free < 0.05 ? kRed : free < 0.2 ? kYellow : "";
      Row(order[i]->mountpoint,
          {FormatBytes(order[i]->size), FormatBytes(order[i]->available), FormatPart(free)},
          colour);
    }
  }

  const TopFrame& frame_;
  const ScreenSize size_;
  const bool colour_;
  std::string out_;
  std::size_t rows_ = 0;
};

struct Column {
  std::string_view title;
  std::size_t width;
};
constexpr std::array<Column, 13> kColumns = {{{"time", 8},
                                              {"cpu", 7},
                                              {"iowait", 7},
                                              {"memory", 9},
                                              {"swap", 9},
                                              {"received/s", 10},
                                              {"sent/s", 10},
                                              {"read/s", 10},
                                              {"written/s", 10},
                                              {"load", 6},
                                              {"psi-cpu", 7},
                                              {"psi-io", 7},
                                              {"psi-mem", 7}}};

template <typename Cells>
std::string PlainRow(const Cells& cells) {
  std::string line;
  for (std::size_t i = 0; i < kColumns.size(); ++i) {
    if (i > 0) line += ' ';
    line += PadLeft(cells[i], kColumns[i].width);
  }
  return line + '\n';
}

}  // namespace

std::string RenderScreen(const TopFrame& frame, ScreenSize size, bool colour) {
  return Screen(frame, size, colour).Render();
}

std::string PlainHeader() {
  std::array<std::string_view, kColumns.size()> titles;
  std::ranges::transform(kColumns, titles.begin(), &Column::title);
  return PlainRow(titles);
}

std::string PlainLine(const TopFrame& frame) {
  const Figures& figures = frame.figures;
  const Rates::Disk disk = frame.rates.AllDisks();
  const Rates::Network network = frame.rates.AllNetworks();
  const auto& memory = figures.memory;
  const auto& pressure = frame.rates.pressure;
  const std::string none = "-";
  const std::array<std::string, kColumns.size()> cells = {
      frame.time,
      FormatPart(frame.rates.cpu_busy),
      FormatPart(frame.rates.Cpu("iowait")),
      memory ? FormatBytes(memory->total - memory->available) : none,
      memory ? FormatBytes(memory->swap_total - memory->swap_free) : none,
      FormatBytes(network.received_bytes),
      FormatBytes(network.transmitted_bytes),
      FormatBytes(disk.read_bytes),
      FormatBytes(disk.written_bytes),
      figures.load ? FormatFixed(figures.load->minute, 2) : none,
      pressure ? FormatPart(pressure->cpu) : none,
      pressure ? FormatPart(pressure->io) : none,
      pressure ? FormatPart(pressure->memory) : none};
  return PlainRow(cells);
}

}  // namespace hostpulse::commands
