// Any bytes in the place of a file of the kernel's, for each collector and each file that it opens
// of the host in tests/fixtures/host.tree: it reads them and whatever it makes of them is a sound
// exposition, and it reads the file as it was afterwards.
//
// The first two bytes of an input choose the pair of a collector and a file, the rest is the file.

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/collector_set.h"
#include "core/metrics/text_encoder.h"
#include "core/unique_fd.h"
#include "core/utf8.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/collector_harness.h"
#include "tests/support/fake_clock.h"

namespace hostpulse::fuzz {
namespace {

namespace fs = std::filesystem;

// Those that ask the running kernel or a server instead of files.
constexpr std::array<std::string_view, 11> kWithoutFiles = {
    "certificate", "ethtool", "logind",  "network_route", "ntp",  "perf",
    "supervisord", "systemd", "tcpstat", "timex",         "uname"};

[[noreturn]] void Fail(const std::string& why) {
  std::fprintf(stderr, "kernel_files: %s\n", why.c_str());
  std::abort();
}

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// In place, as the kernel's files change: whoever has it open sees it.
void WriteFile(const fs::path& path, std::string_view content) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  if (!out.write(content.data(), static_cast<std::streamsize>(content.size()))) {
    Fail("cannot write " + path.string());
  }
}

std::string FromBase64(std::string_view text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::size_t digit = kDigits.find(c);
    if (digit == kDigits.npos) continue;
    bits = bits << 6U | static_cast<unsigned>(digit);
    if ((count += 6) < 8) continue;
    count -= 8;
    bytes.push_back(static_cast<char>(bits >> static_cast<unsigned>(count) & 0xffU));
  }
  return bytes;
}

// The files of tests/fixtures/host.tree, whose form tests/support/host_archive.py describes, below
// a temporary directory.
class Host {
 public:
  Host() {
    std::string name = (fs::temp_directory_path() / "hostpulse-fuzz-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) Fail("cannot make a directory");
    root_ = name;
    std::ifstream archive(HOSTPULSE_FIXTURES "/host.tree");
    for (std::string line; std::getline(archive, line);) Take(line);
    End();
  }
  ~Host() {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  std::string Path(std::string_view path) const { return root_ + "/" + std::string(path); }
  const std::string& root() const { return root_; }

 private:
  void Take(const std::string& line) {
    if (line.starts_with('|')) {
      content_ += line.substr(1) + "\n";
    } else if (!line.empty() && !line.starts_with('#')) {
      End();
      Begin(line);
    }
  }

  // The words of an entry; quoted ones have no escapes in this archive but those of the quotes.
  void Begin(const std::string& line) {
    std::istringstream words(line);
    words >> kind_ >> std::ws;
    const auto word = [&words] {
      std::string text;
      if (words.peek() == '"') {
        words.get();
        std::getline(words, text, '"');
        words >> std::ws;
      } else {
        words >> text >> std::ws;
      }
      return text;
    };
    path_ = Path(word());
    target_ = word();
    content_.clear();
  }

  void End() {
    if (kind_.empty()) return;
    fs::create_directories(fs::path(path_).parent_path());
    if (kind_ == "dir") {
      fs::create_directories(path_);
    } else if (kind_ == "link") {
      fs::create_symlink(target_, path_);
    } else {
      if (kind_ == "bytes") content_ = FromBase64(content_);
      if (kind_ == "part" && !content_.empty()) content_.pop_back();
      WriteFile(path_, content_);
    }
    kind_.clear();
  }

  std::string root_;
  std::string kind_, path_, target_, content_;
};

// One collector alone, made anew: what it keeps from its start on is read again.
class Alone {
 public:
  Alone(const Host& host, const std::string& collector)
      : loggers_({.level = LogLevel::kError, .fd = null_.get()}, clock_) {
    const std::string root = host.Path("root");
    const std::string textfiles = root + "/textfiles";
    const std::string fixtures = root + "/fixtures";
    const std::string wifi = root + "/wifi";
    const std::string services = root + "/service";
    collectors::CollectorSetOptions options;
    options.paths.procfs = host.Path("proc");
    options.paths.sysfs = host.Path("sys");
    options.paths.rootfs = root;
    options.paths.udev_data = host.Path("udev");
    options.flags = FlagsWith({{"collector.arp.netlink", "false"},
                               {"collector.netclass.netlink", "false"},
                               {"collector.netdev.netlink", "false"},
                               {"collector.textfile.directory", textfiles},
                               {"collector.qdisc.fixtures", fixtures},
                               {"collector.wifi.fixtures", wifi},
                               {"collector.runit.servicedir", services},
                               {"collector.pcidevice.idsfile", "/pci.ids"},
                               {"collector.pcidevice.names", "true"},
                               {"collector.bcache.priorityStats", "true"},
                               {"collector.sysctl.include", "kernel.threads-max"},
                               {"collector.sysctl.include-info", "kernel.core_pattern"},
                               {"collector.cpu.info", "true"},
                               {"collector.cpu.info.flags-include", "aes|avx.*"},
                               {"collector.cpu.info.bugs-include", ".*"},
                               {"collector.stat.softirq", "true"}});
    options.enabled = {collector};
    auto made = collectors::CollectorSet::Create(std::move(options), clock_, loggers_);
    if (!made) Fail(made.status().message());
    set_ = std::move(*made);
  }

  void Gather() {
    const Status status = set_->Gather({}, [this](std::span<const FamilyView> families) {
      text_.clear();
      EncodeText(families, text_);
      Check(families);
    });
    if (!status) Fail(status.message());
  }

 private:
  // A line for each sample, and two for each family: nothing of the file breaks out of its line.
  void Check(std::span<const FamilyView> families) const {
    if (!IsValidUtf8(text_)) Fail("not UTF-8");
    std::size_t lines = 0;
    for (const FamilyView& family : families) lines += 2 + LinesOf(family);
    if (lines != static_cast<std::size_t>(std::ranges::count(text_, '\n'))) Fail("broken lines");
  }

  static std::size_t LinesOf(const FamilyView& family) {
    std::size_t lines = 0;
    for (const prometheus::ClientMetric* metric : family.metrics) {
      const bool summary = family.type == prometheus::MetricType::Summary;
      const bool histogram = family.type == prometheus::MetricType::Histogram;
      lines += summary     ? 2 + metric->summary.quantile.size()
               : histogram ? 2 + metric->histogram.bucket.size()
                           : 1;
    }
    return lines;
  }

  FakeClock clock_;
  UniqueFd null_{::open("/dev/null", O_WRONLY | O_CLOEXEC)};
  LoggerRegistry loggers_;
  std::unique_ptr<collectors::CollectorSet> set_;
  std::string text_;
};

// Tells which files are opened below a directory.
class OpenWatch {
 public:
  explicit OpenWatch(const std::string& root) : fd_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    Add(root);
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      if (entry.is_directory() && !entry.is_symlink()) Add(entry.path());
    }
  }

  std::set<std::string> Take() {
    std::set<std::string> opened;
    alignas(inotify_event) std::array<char, 1U << 16U> buffer{};
    for (ssize_t got = 0; (got = ::read(fd_.get(), buffer.data(), buffer.size())) > 0;) {
      for (std::size_t at = 0; at < static_cast<std::size_t>(got);) {
        inotify_event event{};
        std::memcpy(&event, &buffer[at], sizeof(event));
        const std::string name = event.len == 0 ? "" : &buffer[at + sizeof(event)];
        if ((event.mask & IN_ISDIR) == 0 && !name.empty()) {
          opened.insert(directories_[event.wd] + "/" + name);
        }
        at += sizeof(event) + event.len;
      }
    }
    return opened;
  }

 private:
  void Add(const fs::path& directory) {
    const int watch = ::inotify_add_watch(fd_.get(), directory.c_str(), IN_OPEN);
    if (watch < 0) Fail("cannot watch " + directory.string());
    directories_[watch] = directory;
  }

  UniqueFd fd_;
  std::map<int, std::string> directories_;
};

struct Pair {
  std::string collector;
  std::string path;
  std::string content;
};

// Every file that a collector opens of this host, in the order of names: always the same list.
std::vector<Pair> PairsOf(const Host& host) {
  std::vector<Pair> pairs;
  OpenWatch watch(host.root());
  for (const collectors::CollectorSpec* spec : collectors::CollectorTable()) {
    if (spec->make == nullptr || std::ranges::count(kWithoutFiles, spec->name) != 0) continue;
    Alone(host, std::string(spec->name)).Gather();
    for (const std::string& path : watch.Take()) {
      pairs.push_back({std::string(spec->name), path, ReadFile(path)});
    }
    watch.Take();  // Those that have just been read.
  }
  if (pairs.size() < 300) Fail("few files are read: " + std::to_string(pairs.size()));
  return pairs;
}

struct World {
  Host host;
  std::vector<Pair> pairs = PairsOf(host);
};

const World& TheWorld() {
  static const World world;
  return world;
}

}  // namespace

std::vector<std::string> Seeds() {
  std::vector<std::string> seeds;
  const std::vector<Pair>& pairs = TheWorld().pairs;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    seeds.push_back({static_cast<char>(i & 0xffU), static_cast<char>(i >> 8U)});
    seeds.back() += pairs[i].content;
  }
  return seeds;
}

}  // namespace hostpulse::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hostpulse::fuzz;
  if (size < 2) return 0;
  const World& world = TheWorld();
  const Pair& pair = world.pairs[(data[0] | data[1] << 8U) % world.pairs.size()];
  WriteFile(pair.path, {reinterpret_cast<const char*>(data) + 2, size - 2});
  {
    Alone alone(world.host, pair.collector);
    alone.Gather();
    WriteFile(pair.path, pair.content);
    alone.Gather();
  }
  return 0;
}
