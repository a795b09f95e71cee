# mammo_layer(NAME <layer> [SOURCES <file>...] [PUBLIC <target>...] [PRIVATE <target>...])
#
#   Makes the static library target mammo_<layer>, to be linked as mammo::<layer>, from .cpp files given relative to
#   src/<layer>/. A layer of headers alone gives no SOURCES. Public headers are include/mammo/<layer>/*.hpp and are
#   included as "mammo/<layer>/x.hpp"; private headers lie beside the sources and are included as "<layer>/x.hpp".
#   PUBLIC: layers and libraries that its headers include. PRIVATE: those that only its .cpp files include.
#
#     mammo_layer(NAME core SOURCES tensor.cpp shape.cpp PUBLIC xtensor PRIVATE ${MAMMO_THREAD_LIBRARIES})
#     mammo_layer(NAME image SOURCES png.cpp dicom.cpp PUBLIC mammo::core PRIVATE PNG::PNG DCMTK::dcmdata)
#
#   Targets on offer (cmake/mammo_dependencies.cmake finds them): xtensor, nlohmann_json::nlohmann_json,
#   spdlog::spdlog, CLI11::CLI11, OpenSSL::Crypto, DNNL::dnnl, TBB::tbb, PNG::PNG, TIFF::TIFF, JPEG::JPEG,
#   opencv_core, opencv_imgproc, DCMTK::<module> (or DCMTK::DCMTK), PkgConfig::OpenJPEG, Halide::*, ${MAMMO_THREAD_LIBRARIES}.
#   What depends on a MAMMO_WITH_... option is added under `if(MAMMO_WITH_...)`; every .cpp also sees
#   MAMMO_WITH_OPENCV, _DCMTK, _HALIDE, _TBB, _ONEDNN defined as 0 or 1, and MAMMO_VERSION as a string. Public headers
#   must not look at these: an installed header has no way to know them.
#
# mammo_test(LAYER <layer> [NAME <name>] SOURCES <file>... [LIBRARIES <target>...])     (cmake/mammo_test.cmake)
#
#   Makes the test program test_<layer> (test_<layer>_<name> where a layer has several) from Catch2 files, linked with
#   mammo::<layer> and LIBRARIES and the shared main of tests/support. Every TEST_CASE becomes one ctest test called
#   "<layer>: <case name>". Its ctest labels come from its Catch tags: [slow], [threads], [soak], [fuzz], [net], [gpu]
#   give the label of that name; a case without [slow], [soak], [net] and [gpu] is also labelled fast. A case tagged
#   [serial], which measures time or needs the whole machine, runs while no other test does.
#
#     mammo_test(LAYER core SOURCES tensor_test.cpp shape_test.cpp)
#
#   In the tests: #include "tests/support/skip.hpp" for skip("reason"), "tests/support/files.hpp" for golden files,
#   shared data and temporary folders. The program runs with the source root as working directory.
#
# mammo_program(NAME <name> SOURCES <file>... LIBRARIES <target>... [INSTALL])
#
#   A program <name> in the build folder, with the project's warnings.

function(mammo_warnings target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-qual -Wfloat-conversion)
  # g++ 12's flow warnings see things under the sanitizers' instrumentation that are not there.
  if(MAMMO_WERROR AND NOT MAMMO_SANITIZE)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()

function(mammo_layer)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME" "SOURCES;PUBLIC;PRIVATE")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "mammo_layer(${arg_NAME}): unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()
  set(target mammo_${arg_NAME})
  if(arg_SOURCES)
    add_library(${target} STATIC ${arg_SOURCES})
    set(scope PUBLIC)
    mammo_warnings(${target})
    target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/src")
    target_link_libraries(${target} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
    set_target_properties(${target} PROPERTIES UNITY_BUILD ${MAMMO_UNITY} UNITY_BUILD_BATCH_SIZE 8)
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
    target_link_libraries(${target} INTERFACE ${arg_PUBLIC})
  endif()
  add_library(mammo::${arg_NAME} ALIAS ${target})
  target_compile_features(${target} ${scope} cxx_std_20)
  target_include_directories(${target} ${scope}
    "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>" "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
  mammo_install_layer(${arg_NAME})
endfunction()

function(mammo_program)
  cmake_parse_arguments(PARSE_ARGV 0 arg "INSTALL" "NAME" "SOURCES;LIBRARIES")
  add_executable(${arg_NAME} ${arg_SOURCES})
  mammo_warnings(${arg_NAME})
  target_include_directories(${arg_NAME} PRIVATE "${PROJECT_SOURCE_DIR}" "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(${arg_NAME} PRIVATE ${arg_LIBRARIES})
  if(arg_INSTALL)
    set_target_properties(${arg_NAME} PROPERTIES INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
    install(TARGETS ${arg_NAME} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  endif()
endfunction()

# Folders join the build as soon as they have a CMakeLists.txt.
function(mammo_add_optional folder)
  if(EXISTS "${PROJECT_SOURCE_DIR}/${folder}/CMakeLists.txt")
    add_subdirectory(${folder})
  endif()
endfunction()
