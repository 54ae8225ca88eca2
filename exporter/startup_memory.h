#pragma once

namespace hostpulse {

// Gives back what only the start, or a reload, needed: heap that the parsers freed, and the pages
// of program and libraries that were touched once (option tables, symbol tables, relocations). What
// is still needed is mapped again from the page cache at its next use, some dozens of soft faults
// in the next scrape; the rest no longer counts as memory of the process. Writable segments, and
// with them everything the dynamic linker has written, stay as they are. Any thread.
void ReleaseStartupMemory();

}  // namespace hostpulse
