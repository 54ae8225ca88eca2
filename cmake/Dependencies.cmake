# Everything the program is linked with. Debian's packages as they are, except civetweb and libcurl,
# which are compiled from the distribution's source packages (see docs/ARCHITECTURE.md, "What is
# linked"): scripts/install-deps puts them into HOSTPULSE_SOURCES.

find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)

# hostpulse_find_library(TARGET NAME HEADER): a library of Debian's without a usable CMake package.
# In a static build its .a is taken.
function(hostpulse_find_library target name header)
  set(names ${name})
  if(HOSTPULSE_STATIC)
    set(names lib${name}.a ${name})
  endif()
  find_library(${target}_LIBRARY NAMES ${names} REQUIRED)
  find_path(${target}_INCLUDE ${header} REQUIRED)
  add_library(${target} INTERFACE IMPORTED GLOBAL)
  target_link_libraries(${target} INTERFACE ${${target}_LIBRARY})
  target_include_directories(${target} SYSTEM INTERFACE ${${target}_INCLUDE})
endfunction()

# Only the core: prometheus-cpp's CMake package asks for Debian's civetweb as well.
hostpulse_find_library(prometheus_cpp_core prometheus-cpp-core prometheus/metric_family.h)
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
hostpulse_find_library(crypt_library crypt crypt.h)
target_link_libraries(re2_library INTERFACE Threads::Threads)

# Headers only: spdlog and fmt are compiled into the one file that uses them, which costs less
# memory than two more shared objects.
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
  "Where scripts/install-deps unpacked the source packages of civetweb and curl")
include(Civetweb)
include(Curl)
