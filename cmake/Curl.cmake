# libcurl, HTTP(S) only and static, from Debian's source package: the packaged shared library drags
# in 36 more and costs twice the memory of the whole program.
file(GLOB curl_source LIST_DIRECTORIES true ${HOSTPULSE_SOURCES}/curl-*.*.*)
list(FILTER curl_source EXCLUDE REGEX "\\.(dsc|xz|gz|asc)$")
if(NOT curl_source)
  message(FATAL_ERROR "No source of curl in ${HOSTPULSE_SOURCES}: run scripts/install-deps")
endif()
list(GET curl_source 0 curl_source)

include(ExternalProject)
set(curl_prefix ${PROJECT_BINARY_DIR}/curl)
# Its own flags: sanitizers of ours would only slow it down, and it is not ours to warn about.
ExternalProject_Add(curl_build
  SOURCE_DIR ${curl_source}
  PREFIX ${curl_prefix}
  CMAKE_ARGS
    -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_COMPILER=${CMAKE_C_COMPILER}
    -DCMAKE_C_COMPILER_LAUNCHER=${CMAKE_C_COMPILER_LAUNCHER}
    -DCMAKE_C_FLAGS=-fstack-protector-strong\ -ffunction-sections\ -fdata-sections
    -DCMAKE_INSTALL_PREFIX=${curl_prefix} -DCMAKE_INSTALL_LIBDIR=lib
    -DCMAKE_POSITION_INDEPENDENT_CODE=ON
    -DBUILD_SHARED_LIBS=OFF -DBUILD_CURL_EXE=OFF -DBUILD_TESTING=OFF -DENABLE_MANUAL=OFF
    -DHTTP_ONLY=ON -DCURL_USE_OPENSSL=ON -DCURL_ZLIB=OFF -DCURL_BROTLI=OFF -DCURL_ZSTD=OFF
    -DUSE_LIBIDN2=OFF -DCURL_USE_LIBSSH2=OFF -DCURL_USE_LIBPSL=OFF -DUSE_NGHTTP2=OFF
    -DCURL_USE_GSSAPI=OFF -DCURL_DISABLE_LDAP=ON
    -DCURL_DISABLE_ALTSVC=ON -DCURL_DISABLE_COOKIES=ON -DCURL_DISABLE_DOH=ON -DCURL_DISABLE_HSTS=ON
    -DCURL_DISABLE_NETRC=ON -DCURL_DISABLE_NTLM=ON -DCURL_DISABLE_MIME=ON
    -DCURL_DISABLE_GETOPTIONS=ON
    -DCURL_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt -DCURL_CA_PATH=/etc/ssl/certs
  BUILD_BYPRODUCTS ${curl_prefix}/lib/libcurl.a
  LOG_CONFIGURE ON LOG_BUILD ON LOG_INSTALL ON LOG_OUTPUT_ON_FAILURE ON)
file(MAKE_DIRECTORY ${curl_prefix}/include)

add_library(curl_static STATIC IMPORTED GLOBAL)
set_target_properties(curl_static PROPERTIES IMPORTED_LOCATION ${curl_prefix}/lib/libcurl.a)
target_include_directories(curl_static SYSTEM INTERFACE ${curl_prefix}/include)
target_compile_definitions(curl_static INTERFACE CURL_STATICLIB)
target_link_libraries(curl_static INTERFACE OpenSSL::SSL OpenSSL::Crypto Threads::Threads)
add_dependencies(curl_static curl_build)
