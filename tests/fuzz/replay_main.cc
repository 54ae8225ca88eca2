// Runs a fuzz target without libFuzzer: its seeds as they are, then so many mutations of them, the
// same ones each time.
//
// usage: NAME_replay [ROUNDS]            default: 30000
//        NAME_replay --write-seeds DIR   for libFuzzer: build/fuzz/tests/fuzz/NAME_fuzz DIR
//        NAME_replay --input FILE        one input, such as libFuzzer's crash-...

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fuzz/fuzz_target.h"

namespace hostpulse::fuzz {
namespace {

class Mutator {
 public:
  std::string Mutate(const std::vector<std::string>& seeds) {
    std::string input = seeds[Below(seeds.size())];
    const std::size_t changes = 1 + Below(8);
    for (std::size_t i = 0; i < changes; ++i) Change(input, seeds);
    return input;
  }

 private:
  std::size_t Below(std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_);
  }

  void Change(std::string& input, const std::vector<std::string>& seeds) {
    static constexpr std::array<char, 8> kOdd = {'\0',   '\1', '\x7f', '\x80',
                                                 '\xff', '\n', '\r',   ' '};
    if (input.empty()) {
      input = seeds[Below(seeds.size())];
      return;
    }
    const std::size_t at = Below(input.size());
    const std::size_t length = 1 + Below(std::min<std::size_t>(input.size() - at, 40));
    switch (Below(7)) {
      case 0:
        input[at] = static_cast<char>(input[at] ^ static_cast<char>(1U << Below(8)));
        break;
      case 1:
        input[at] = kOdd[Below(kOdd.size())];
        break;
      case 2:
        input.resize(at);
        break;
      case 3:
        input.erase(at, length);
        break;
      case 4:
        input.insert(at, input.substr(Below(input.size()), length));
        break;
      case 5: {
        const std::string& other = seeds[Below(seeds.size())];
        input.replace(at, length, other, Below(other.size() + 1), length);
        break;
      }
      default:
        std::fill_n(input.begin() + static_cast<std::ptrdiff_t>(at), length,
                    kOdd[Below(kOdd.size())]);
    }
  }

  std::mt19937 random_{20261127};
};

void Run(const std::string& input) {
  // A copy of just this size, so that a byte read beyond its end is seen by the sanitizers.
  const std::vector<std::uint8_t> bytes(input.begin(), input.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

int WriteSeeds(const std::string& directory) {
  int number = 0;
  for (const std::string& seed : Seeds()) {
    std::ofstream out(directory + "/seed" + std::to_string(++number), std::ios::binary);
    if (!(out << seed)) return 1;
  }
  return 0;
}

int Main(const std::vector<std::string>& arguments) {
  if (arguments.size() == 2 && arguments[0] == "--write-seeds") return WriteSeeds(arguments[1]);
  if (arguments.size() == 2 && arguments[0] == "--input") {
    std::ifstream in(arguments[1], std::ios::binary);
    Run({std::istreambuf_iterator<char>(in), {}});
    return 0;
  }
  const int rounds = arguments.empty() ? 30'000 : std::atoi(arguments[0].c_str());
  const std::vector<std::string> seeds = Seeds();
  if (seeds.empty()) return 1;
  Run("");
  for (const std::string& seed : seeds) Run(seed);
  Mutator mutator;
  for (int i = 0; i < rounds; ++i) Run(mutator.Mutate(seeds));
  std::printf("%zu seeds, %d mutations\n", seeds.size(), rounds);
  return 0;
}

}  // namespace
}  // namespace hostpulse::fuzz

int main(int argc, char** argv) {
  return hostpulse::fuzz::Main({argv + 1, argv + argc});
}
