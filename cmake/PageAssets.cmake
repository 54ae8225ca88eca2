# The files that the status page loads, compressed and put into the program: its own style and script,
# and dygraphs, which draws its charts, from Debian's libjs-dygraphs. HOSTPULSE_PAGE_VERSION is a hash
# of them all, for their addresses: browsers keep what they have had.
find_path(dygraphs_ROOT dygraph.min.js PATHS /usr/share/javascript/dygraphs REQUIRED NO_DEFAULT_PATH)
find_program(gzip_PROGRAM gzip REQUIRED)
enable_language(ASM)

set(page_source ${PROJECT_SOURCE_DIR}/exporter/http/page)
set(page_css ${dygraphs_ROOT}/dygraph.min.css ${page_source}/page.css)
set(page_script ${page_source}/live.js)
set(page_dygraph ${dygraphs_ROOT}/dygraph.min.js)
set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY
  CMAKE_CONFIGURE_DEPENDS ${page_css} ${page_script} ${page_dygraph})

set(page_hashes "")
foreach(file ${page_css} ${page_script} ${page_dygraph})
  file(SHA256 ${file} hash)
  string(APPEND page_hashes ${hash})
endforeach()
string(SHA256 page_version "${page_hashes}")
string(SUBSTRING ${page_version} 0 12 page_version)

set(page_output ${PROJECT_BINARY_DIR}/page)
file(MAKE_DIRECTORY ${page_output})
function(hostpulse_page_asset name)
  add_custom_command(OUTPUT ${page_output}/${name}.gz
    COMMAND ${CMAKE_COMMAND} -E cat ${ARGN} > ${page_output}/${name}
    COMMAND ${gzip_PROGRAM} -9nf ${page_output}/${name}
    DEPENDS ${ARGN} VERBATIM)
endfunction()
hostpulse_page_asset(page.css ${page_css})
hostpulse_page_asset(live.js ${page_script})
hostpulse_page_asset(dygraph.js ${page_dygraph})

add_library(page_assets STATIC ${page_source}/assets.S)
target_include_directories(page_assets PRIVATE ${page_output})
set_source_files_properties(${page_source}/assets.S PROPERTIES
  OBJECT_DEPENDS "${page_output}/page.css.gz;${page_output}/live.js.gz;${page_output}/dygraph.js.gz")
target_compile_definitions(page_assets INTERFACE HOSTPULSE_PAGE_VERSION="${page_version}")
