# civetweb from Debian's source package, compiled into the program. The installed library cannot
# take its place, whatever its version: its socket calls go through a seam of ours here
# (exporter/http/civetweb/socket_seam.h), which only a compiler can put in; and Debian's crashes on
# the first TLS connection and has no IPv6 besides (docs/ARCHITECTURE.md, "What is linked").
file(GLOB civetweb_source LIST_DIRECTORIES true ${HOSTPULSE_SOURCES}/civetweb-*)
list(FILTER civetweb_source EXCLUDE REGEX "\\.(dsc|xz|gz|asc)$")
if(NOT civetweb_source)
  message(FATAL_ERROR "No source of civetweb in ${HOSTPULSE_SOURCES}: run scripts/install-deps")
endif()
list(GET civetweb_source 0 civetweb_source)

# The seam rests on how 1.15 calls the system: another version has to be looked at first.
file(STRINGS ${civetweb_source}/include/civetweb.h civetweb_version
  REGEX "^#define CIVETWEB_VERSION \"1\\.15\"")
if(NOT civetweb_version)
  message(FATAL_ERROR "${civetweb_source} is not civetweb 1.15, which the socket seam is made for")
endif()

set(civetweb_seam ${PROJECT_SOURCE_DIR}/exporter/http/civetweb)
add_library(civetweb_static STATIC ${civetweb_source}/src/civetweb.c)
target_include_directories(civetweb_static SYSTEM PUBLIC ${civetweb_source}/include)
target_include_directories(civetweb_static PRIVATE ${civetweb_seam})
# No TLS of its own: the acceptor has done it when civetweb sees a connection. No timer either: the
# seam ends every wait, so the quantum after which civetweb looks at its stop flag may be a week.
target_compile_definitions(civetweb_static PRIVATE
  NO_SSL NO_CGI NO_FILES NO_FILESYSTEMS NO_CACHING NDEBUG
  MG_EXTERNAL_FUNCTION_log_access MG_EXTERNAL_FUNCTION_mg_cry_internal_impl
  SOCKET_TIMEOUT_QUANTUM=604800000 NO_ATOMICS)
target_compile_options(civetweb_static PRIVATE -w -include ${civetweb_seam}/socket_seam.h)
target_link_libraries(civetweb_static PUBLIC Threads::Threads)
