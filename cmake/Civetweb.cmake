# civetweb from Debian's source package, compiled into the program: Debian's binary crashes on the
# first TLS connection and has no IPv6 (see docs/ARCHITECTURE.md, "What is linked").
file(GLOB civetweb_source LIST_DIRECTORIES true ${HOSTPULSE_SOURCES}/civetweb-*)
list(FILTER civetweb_source EXCLUDE REGEX "\\.(dsc|xz|gz|asc)$")
if(NOT civetweb_source)
  message(FATAL_ERROR "No source of civetweb in ${HOSTPULSE_SOURCES}: run scripts/install-deps")
endif()
list(GET civetweb_source 0 civetweb_source)

add_library(civetweb_static STATIC ${civetweb_source}/src/civetweb.c)
target_include_directories(civetweb_static SYSTEM PUBLIC ${civetweb_source}/include)
target_compile_definitions(civetweb_static
  PUBLIC OPENSSL_API_3_0 USE_IPV6
  PRIVATE NO_SSL_DL NO_CGI NO_FILES NO_FILESYSTEMS NO_CACHING NDEBUG)
target_compile_options(civetweb_static PRIVATE -w)
target_link_libraries(civetweb_static PUBLIC OpenSSL::SSL OpenSSL::Crypto Threads::Threads)
