# Everything the program is linked with (see docs/ARCHITECTURE.md, "What is linked"). Debian's packages
# as they are, except civetweb, libcurl and prometheus-cpp, which are compiled from the distribution's
# source packages: scripts/install-deps puts them into HOSTPULSE_SOURCES. All but glibc, libcrypt, OpenSSL
# and ISA-L are linked statically: of a shared library that nobody else has open, a process pays for far
# more than it uses. OpenSSL stays shared, so that the distribution's updates reach it, unless
# HOSTPULSE_STATIC asks for that, too.

find_package(Threads REQUIRED)
set(OPENSSL_USE_STATIC_LIBS ${HOSTPULSE_STATIC})
find_package(OpenSSL 3.0 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)

# hostpulse_find_library(TARGET NAME HEADER): a library of Debian's without a usable CMake package.
function(hostpulse_find_library target name header)
  find_library(${target}_LIBRARY NAMES lib${name}.a ${name} REQUIRED)
  find_path(${target}_INCLUDE ${header} REQUIRED)
  add_library(${target} INTERFACE IMPORTED GLOBAL)
  target_link_libraries(${target} INTERFACE ${${target}_LIBRARY})
  target_include_directories(${target} SYSTEM INTERFACE ${${target}_INCLUDE})
endfunction()

hostpulse_find_library(re2_library re2 re2/re2.h)
hostpulse_find_library(yaml_cpp yaml-cpp yaml-cpp/yaml.h)
hostpulse_find_library(snappy_library snappy snappy.h)
hostpulse_find_library(zstd_library zstd zstd.h)
hostpulse_find_library(deflate_library deflate libdeflate.h)
# Optional, because Debian has it for x86-64 only: a faster gzip than libdeflate.
find_library(isal_LIBRARY isal)
add_library(isal_library INTERFACE)
if(isal_LIBRARY)
  target_link_libraries(isal_library INTERFACE ${isal_LIBRARY})
  target_compile_definitions(isal_library INTERFACE HOSTPULSE_ISAL=1)
endif()
# Shared: its license, the LGPL, asks that whoever has the program can put another one in its place.
find_library(crypt_LIBRARY crypt REQUIRED)
add_library(crypt_library INTERFACE)
target_link_libraries(crypt_library INTERFACE ${crypt_LIBRARY})
target_link_libraries(re2_library INTERFACE Threads::Threads)

# Headers only: spdlog and fmt are compiled into the one file that uses them.
find_path(spdlog_INCLUDE spdlog/spdlog.h REQUIRED)
add_library(spdlog_headers INTERFACE)
target_include_directories(spdlog_headers SYSTEM INTERFACE ${spdlog_INCLUDE})
target_compile_definitions(spdlog_headers INTERFACE SPDLOG_FMT_EXTERNAL FMT_HEADER_ONLY)
# Headers only: libsystemd is loaded at run time, by the collectors that speak D-Bus.
find_path(sd_bus_INCLUDE systemd/sd-bus.h REQUIRED)
add_library(sd_bus_headers INTERFACE)
target_include_directories(sd_bus_headers SYSTEM INTERFACE ${sd_bus_INCLUDE})
target_link_libraries(sd_bus_headers INTERFACE ${CMAKE_DL_LIBS})
find_path(protozero_INCLUDE protozero/pbf_writer.hpp REQUIRED)
add_library(protozero_headers INTERFACE)
target_include_directories(protozero_headers SYSTEM INTERFACE ${protozero_INCLUDE})

set(HOSTPULSE_SOURCES ${PROJECT_SOURCE_DIR}/build/sources CACHE PATH
  "Where scripts/install-deps unpacked the source packages of civetweb, curl and prometheus-cpp")
include(Civetweb)
include(Curl)
include(PrometheusCpp)
include(PageAssets)
