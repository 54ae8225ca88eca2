# The version of the build: from CMakeLists.txt, with the revision that git knows, or the environment where there is
# no checkout.
set(HOSTPULSE_REVISION "unknown")
if(NOT "$ENV{HOSTPULSE_REVISION}" STREQUAL "")
  set(HOSTPULSE_REVISION $ENV{HOSTPULSE_REVISION})
endif()
set(HOSTPULSE_BRANCH "unknown")
find_package(Git QUIET)
if(GIT_FOUND AND EXISTS ${PROJECT_SOURCE_DIR}/.git)
  execute_process(COMMAND ${GIT_EXECUTABLE} rev-parse --short=12 HEAD
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} OUTPUT_VARIABLE revision
    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(NOT failed)
    set(HOSTPULSE_REVISION ${revision})
  endif()
  execute_process(COMMAND ${GIT_EXECUTABLE} rev-parse --abbrev-ref HEAD
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} OUTPUT_VARIABLE branch
    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(NOT failed)
    set(HOSTPULSE_BRANCH ${branch})
  endif()
endif()
configure_file(${PROJECT_SOURCE_DIR}/core/version.h.in
  ${PROJECT_BINARY_DIR}/generated/core/version.h @ONLY)
