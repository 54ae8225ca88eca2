# What `cmake --install` puts where: the program, its manual and completions (which it prints itself), the units, what
# Prometheus and Grafana take, documents, and the licences of what is linked statically.
include(GNUInstallDirs)

install(TARGETS hostpulse RUNTIME)

# The program prints them; not where it cannot run because it is built for another machine.
if(NOT CMAKE_CROSSCOMPILING)
  set(printed ${PROJECT_BINARY_DIR}/printed)
  add_custom_command(OUTPUT ${printed}/hostpulse.1 ${printed}/hostpulse.bash ${printed}/_hostpulse
    COMMAND ${CMAKE_COMMAND} -E make_directory ${printed}
    COMMAND hostpulse --help-man > ${printed}/hostpulse.1
    COMMAND hostpulse --completion-script-bash > ${printed}/hostpulse.bash
    COMMAND hostpulse --completion-script-zsh > ${printed}/_hostpulse
    DEPENDS hostpulse VERBATIM)
  add_custom_target(hostpulse_printed ALL DEPENDS ${printed}/hostpulse.1)
  install(FILES ${printed}/hostpulse.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
  install(FILES ${printed}/hostpulse.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
    RENAME hostpulse)
  install(FILES ${printed}/_hostpulse DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
endif()

# The prefix is known when it is installed only, and ExecStart= must be absolute.
install(CODE "
  file(READ ${PROJECT_SOURCE_DIR}/deploy/systemd/hostpulse.service unit)
  string(REPLACE /usr/bin/ \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}/\" unit \"\${unit}\")
  file(WRITE ${PROJECT_BINARY_DIR}/hostpulse.service \"\${unit}\")")
install(FILES ${PROJECT_BINARY_DIR}/hostpulse.service deploy/systemd/hostpulse.socket DESTINATION lib/systemd/system)

install(DIRECTORY dashboards/ DESTINATION ${CMAKE_INSTALL_DATADIR}/hostpulse/dashboards
  FILES_MATCHING PATTERN "*.json" PATTERN src EXCLUDE PATTERN rules EXCLUDE)
install(FILES dashboards/rules/host.rules.yml dashboards/rules/hostpulse.rules.yml
  DESTINATION ${CMAKE_INSTALL_DATADIR}/hostpulse/rules)

install(FILES README.md SECURITY.md CHANGELOG.md NOTICE LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR})

# Of the libraries that are within the program, as the packages it is built from state them.
foreach(package libdeflate-dev libfmt-dev libjs-dygraphs libprotozero-dev libre2-dev libsnappy-dev libspdlog-dev
    libyaml-cpp-dev libzstd-dev nlohmann-json3-dev)
  install(FILES /usr/share/doc/${package}/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR}/third-party
    RENAME ${package} OPTIONAL)
endforeach()
foreach(source civetweb curl prometheus-cpp)
  file(GLOB copyright ${HOSTPULSE_SOURCES}/${source}-*/debian/copyright)
  install(FILES ${copyright} DESTINATION ${CMAKE_INSTALL_DOCDIR}/third-party RENAME ${source})
endforeach()
