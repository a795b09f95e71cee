# What `cmake --install` lays out. Everything under the prefix finds the rest of it relative to itself, so the prefix
# can be moved; oneDNN's library and licence travel with us, other libraries are Debian's.

include(CMakePackageConfigHelpers)
set(MAMMO_CMAKE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/mammo")

function(mammo_install_layer layer)
  set_target_properties(mammo_${layer} PROPERTIES EXPORT_NAME ${layer})
  install(TARGETS mammo_${layer} EXPORT mammo ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  if(IS_DIRECTORY "${PROJECT_SOURCE_DIR}/include/mammo/${layer}")
    install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/mammo/${layer}" DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/mammo
            FILES_MATCHING PATTERN "*.hpp")
  endif()
endfunction()

install(EXPORT mammo NAMESPACE mammo:: DESTINATION ${MAMMO_CMAKE_DIR} FILE mammoTargets.cmake)
set(MAMMO_INSTALLED_OPTIONS "")
foreach(option WITH_OPENCV WITH_DCMTK WITH_TBB WITH_ONEDNN PARALLEL_STD)
  if(MAMMO_${option})
    list(APPEND MAMMO_INSTALLED_OPTIONS ${option})
  endif()
endforeach()
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/mammoConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/mammoConfig.cmake" INSTALL_DESTINATION ${MAMMO_CMAKE_DIR}
  PATH_VARS CMAKE_INSTALL_FULL_LIBDIR CMAKE_INSTALL_FULL_DATADIR)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/mammoConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/mammoConfig.cmake" "${PROJECT_BINARY_DIR}/mammoConfigVersion.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/mammo_dependencies.cmake" "${PROJECT_SOURCE_DIR}/cmake/mammo_opencv.cmake"
        DESTINATION ${MAMMO_CMAKE_DIR})

install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/docs/" DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)
# next/ holds models that are still being worked out.
install(DIRECTORY "${PROJECT_SOURCE_DIR}/models" DESTINATION ${CMAKE_INSTALL_DATADIR}/mammo OPTIONAL
  PATTERN next EXCLUDE)

if(MAMMO_WITH_ONEDNN)
  # Our headers include none of oneDNN's, so its library is all that consumers need; mammoConfig.cmake names it.
  get_target_property(dnnl_library DNNL::dnnl LOCATION)
  cmake_path(GET dnnl_library PARENT_PATH dnnl_libdir)
  cmake_path(GET dnnl_libdir PARENT_PATH dnnl_prefix)
  install(FILES "${dnnl_library}" DESTINATION ${CMAKE_INSTALL_LIBDIR} RENAME libdnnl.so.3)
  install(FILES "${dnnl_prefix}/share/doc/onednn/LICENSE" DESTINATION ${CMAKE_INSTALL_DOCDIR}/onednn)
endif()
