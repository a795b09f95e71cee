# mammo_test: described at the top of mammo_layer.cmake.

set(MAMMO_TEST_TIMEOUT 300 CACHE STRING "Seconds after which ctest ends one test case")

# Builds the test programs that have a case tagged [threads]: all that the thread sanitizer's run needs.
add_custom_target(tests_threads)

function(mammo_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;LAYER" "SOURCES;LIBRARIES")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "mammo_test(${arg_LAYER} ${arg_NAME}): unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()
  set(target test_${arg_LAYER})
  if(arg_NAME)
    string(APPEND target _${arg_NAME})
  endif()
  add_executable(${target} ${arg_SOURCES})
  mammo_warnings(${target})
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}" "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(${target} PRIVATE mammo_test_support ${arg_LIBRARIES})
  # Catch's macros take long to optimise, and what is measured or looked at is the layers' own code.
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
  if(TARGET mammo::${arg_LAYER})
    target_link_libraries(${target} PRIVATE mammo::${arg_LAYER})
  endif()

  foreach(source IN LISTS arg_SOURCES)
    file(STRINGS "${source}" threaded REGEX "\\[threads\\]" LIMIT_COUNT 1)
    if(threaded)
      add_dependencies(tests_threads ${target})
    endif()
  endforeach()

  # The program itself writes the ctest file: it alone knows its cases and their tags (tests/support/ctest_list.cpp).
  set(cases "${CMAKE_CURRENT_BINARY_DIR}/${target}.cases.cmake")
  add_custom_command(TARGET ${target} POST_BUILD BYPRODUCTS "${cases}"
    COMMAND ${target} --write-ctest "${cases}" "${arg_LAYER}: " "$<TARGET_FILE:${target}>"
            "${PROJECT_SOURCE_DIR}" ${MAMMO_TEST_TIMEOUT}
    VERBATIM)
  file(WRITE "${CMAKE_CURRENT_BINARY_DIR}/${target}.include.cmake"
    "if(EXISTS [==[${cases}]==])\n  include([==[${cases}]==])\n"
    "else()\n  add_test(${target}_not_built ${target}_not_built)\n"
    "  set_tests_properties(${target}_not_built PROPERTIES LABELS fast)\nendif()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${CMAKE_CURRENT_BINARY_DIR}/${target}.include.cmake")
endfunction()
