# The core of prometheus-cpp, static, from Debian's source package: the packaged library is a shared
# one only, and would be the only thing in the process to need a shared libstdc++.
file(GLOB prometheus_cpp_source LIST_DIRECTORIES true ${HOSTPULSE_SOURCES}/prometheus-cpp-*)
list(FILTER prometheus_cpp_source EXCLUDE REGEX "\\.(dsc|xz|gz|asc)$")
if(NOT prometheus_cpp_source)
  message(FATAL_ERROR "No source of prometheus-cpp in ${HOSTPULSE_SOURCES}: run scripts/install-deps")
endif()
list(GET prometheus_cpp_source 0 prometheus_cpp_source)
set(prometheus_cpp_core ${prometheus_cpp_source}/core)

file(GLOB prometheus_cpp_units ${prometheus_cpp_core}/src/*.cc ${prometheus_cpp_core}/src/detail/*.cc)
add_library(prometheus_cpp_core STATIC ${prometheus_cpp_units})
include(GenerateExportHeader)
generate_export_header(prometheus_cpp_core BASE_NAME prometheus-cpp-core
  EXPORT_FILE_NAME ${PROJECT_BINARY_DIR}/prometheus-cpp/include/prometheus/detail/core_export.h)
target_include_directories(prometheus_cpp_core SYSTEM PUBLIC
  ${prometheus_cpp_core}/include ${PROJECT_BINARY_DIR}/prometheus-cpp/include)
target_compile_options(prometheus_cpp_core PRIVATE -w $<$<CONFIG:Release>:-Os>)
target_link_libraries(prometheus_cpp_core PUBLIC Threads::Threads)
