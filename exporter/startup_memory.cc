#include "exporter/startup_memory.h"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

namespace hostpulse {
namespace {

// Unmaps the pages of one read-only segment. Only whole pages that belong to it alone: the linker
// may have put the start of a writable segment into the last one of the file's, not of memory's.
void ReleaseSegment(std::uintptr_t begin, std::uintptr_t end) {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  begin = (begin + page - 1) / page * page;
  end = end / page * page;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): addresses come from program headers.
  if (begin < end) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

int ReleaseObject(dl_phdr_info* object, std::size_t, void*) {
  for (ElfW(Half) i = 0; i < object->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = object->dlpi_phdr[i];
    // Text relocations would have written into these too, but nothing linked here has any.
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    const std::uintptr_t begin = object->dlpi_addr + segment.p_vaddr;
    ReleaseSegment(begin, begin + segment.p_memsz);
  }
  return 0;
}

}  // namespace

void ReleaseStartupMemory() {
  ::malloc_trim(0);
  ::dl_iterate_phdr(ReleaseObject, nullptr);
}

}  // namespace hostpulse
