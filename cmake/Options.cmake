# How every target of ours is compiled. Warnings and hardening belong to us alone: third-party code
# is compiled without them, and whoever embeds a library of ours does not inherit them.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
include(CheckPIESupported)
check_pie_supported()

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
# -O2 with assertions of the standard library kept: an index out of range ends the process instead
# of reading what lies beside it.
set(CMAKE_CXX_FLAGS_RELEASE "-O2")
set(CMAKE_C_FLAGS_RELEASE "-O2")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1 -fno-omit-frame-pointer")
set(CMAKE_C_FLAGS_DEBUG "-O1 -g1 -fno-omit-frame-pointer")

# Sanitizers cover the whole program, C parts included, so they are global.
if(HOSTPULSE_SANITIZE)
  add_compile_options(-fsanitize=${HOSTPULSE_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${HOSTPULSE_SANITIZE})
endif()
# Which lines the tests run, for scripts/coverage. Several threads count.
if(HOSTPULSE_COVERAGE)
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:--coverage> $<$<COMPILE_LANGUAGE:CXX>:-fprofile-update=atomic>)
  add_link_options(--coverage)
endif()
if(HOSTPULSE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

add_library(hostpulse_options INTERFACE)
target_include_directories(hostpulse_options INTERFACE
  ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)
target_compile_options(hostpulse_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wold-style-cast -Wnon-virtual-dtor -Wformat=2
  -Werror=return-type -Werror=format-security
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>)
# GCC 12 sees overruns inside its own std::string where there are none (its bugs 105329 and 105651),
# and with precompiled headers it takes them for ours. The sanitizer builds look for real ones.
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(hostpulse_options INTERFACE
    -Wno-array-bounds -Wno-stringop-overread -Wno-stringop-overflow)
endif()
if(DEFINED ENV{CI})
  target_compile_options(hostpulse_options INTERFACE -Werror)
endif()

# Hardening, left out under sanitizers, which check more.
if(NOT HOSTPULSE_SANITIZE)
  add_compile_options(-fstack-protector-strong -fstack-clash-protection -fcf-protection=full)
  add_compile_definitions($<$<CONFIG:Release>:_FORTIFY_SOURCE=3>)
  target_compile_definitions(hostpulse_options INTERFACE _GLIBCXX_ASSERTIONS)
  add_link_options(LINKER:-z,relro,-z,now,-z,noexecstack,-z,pack-relative-relocs,--as-needed,--gc-sections)
  add_compile_options(-ffunction-sections -fdata-sections)
endif()

# The standard headers that most files include, parsed once for all libraries of ours. Files still
# include what they use: scripts/lint --tidy reads them without these, and so holds them to it.
set(hostpulse_common_headers
  <algorithm> <array> <atomic> <cerrno> <charconv> <chrono> <cstddef> <cstdint> <cstring>
  <functional> <map> <memory> <optional> <span> <string> <string_view> <system_error>
  <unordered_map> <utility> <vector>)

# hostpulse_precompile(NAME OWNER [HEADER ...]): NAME uses the precompiled headers of OWNER, which is
# compiled with the same flags; the owner itself makes them, of the common ones and HEADERs.
function(hostpulse_precompile name owner)
  if(NOT HOSTPULSE_PCH)
    return()
  elseif(name STREQUAL owner)
    target_precompile_headers(${name} PRIVATE ${hostpulse_common_headers} ${ARGN})
  else()
    target_precompile_headers(${name} REUSE_FROM ${owner})
  endif()
endfunction()

# hostpulse_library(NAME SOURCES ... LINKS ... PRIVATE ... [FAST] [PRECOMPILE HEADER ...]): a static
# library of ours. LINKS is public: it is the list of layers the library may see.
# Most of the program runs at its start or for a moment a scrape, and costs by the memory it takes
# up, so it is compiled for size; FAST is for what runs for every line of a kernel file and every
# sample. PRECOMPILE names more headers that most of the library's files include.
function(hostpulse_library name)
  cmake_parse_arguments(arg "FAST" "" "SOURCES;LINKS;PRIVATE;PRECOMPILE" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PUBLIC ${arg_LINKS} PRIVATE hostpulse_options ${arg_PRIVATE})
  if(arg_FAST)
    hostpulse_precompile(${name} hostpulse_metrics)
  else()
    target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-Os>)
    if(arg_PRECOMPILE)
      hostpulse_precompile(${name} ${name} ${arg_PRECOMPILE})
    else()
      hostpulse_precompile(${name} hostpulse_core)
    endif()
  endif()
endfunction()
