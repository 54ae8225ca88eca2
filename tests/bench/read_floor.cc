// What reading files costs by itself: read_floor PASSES <LIST, one path a line. Each is opened once
// and then read from its start to its end in every pass, as a collector with kept descriptors does
// at its best. Prints the milliseconds of CPU of a pass, and how many files and bytes it read.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <string>
#include <vector>

namespace {

double CpuMilliseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

// The bytes of all files; what cannot be read counts as nothing.
std::size_t ReadAll(const std::vector<int>& files, std::vector<char>& buffer) {
  std::size_t bytes = 0;
  for (const int file : files) {
    off_t at = 0;
    ssize_t got = 0;
    while ((got = ::pread(file, buffer.data(), buffer.size(), at)) > 0) at += got;
    bytes += static_cast<std::size_t>(at);
  }
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  const int passes = argc > 1 ? std::atoi(argv[1]) : 0;
  if (passes < 1) {
    std::fprintf(stderr, "usage: read_floor PASSES <LIST\n");
    return 1;
  }
  std::vector<int> files;
  for (std::string path; std::getline(std::cin, path);) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file >= 0) files.push_back(file);
  }
  std::vector<char> buffer(1U << 18U);
  std::size_t bytes = ReadAll(files, buffer);
  const double before = CpuMilliseconds();
  for (int pass = 0; pass < passes; ++pass) bytes = ReadAll(files, buffer);
  std::printf("%.4f %zu %zu\n", (CpuMilliseconds() - before) / passes, files.size(), bytes);
  return 0;
}
