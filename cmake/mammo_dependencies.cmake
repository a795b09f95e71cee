# Finds everything that mammo is built with. The installed package's mammoConfig.cmake reads this file too, so that a
# consumer looks for exactly what the static libraries were built with; there MAMMO_FIND_QUIETLY is set.
#
# Gives MAMMO_THREAD_LIBRARIES besides the targets: what parallel_for stands on.

if(NOT MAMMO_FIND_QUIETLY AND EXISTS "${CMAKE_CURRENT_LIST_DIR}/../.prefix")
  # scripts/setup fills this prefix with Halide and oneDNN.
  cmake_path(ABSOLUTE_PATH CMAKE_CURRENT_LIST_DIR NORMALIZE OUTPUT_VARIABLE mammo_cmake_dir)
  cmake_path(GET mammo_cmake_dir PARENT_PATH mammo_root)
  list(PREPEND CMAKE_PREFIX_PATH "${mammo_root}/.prefix" "${mammo_root}/.prefix/halide")
endif()

find_package(Threads REQUIRED)
set(MAMMO_THREAD_LIBRARIES Threads::Threads)
if(MAMMO_WITH_ONEDNN OR NOT MAMMO_PARALLEL_STD)
  # oneDNN's own threads are OpenMP's, whatever our loops run on.
  find_package(OpenMP REQUIRED COMPONENTS CXX)
endif()
if(NOT MAMMO_PARALLEL_STD)
  list(APPEND MAMMO_THREAD_LIBRARIES OpenMP::OpenMP_CXX)
endif()

find_package(xtensor CONFIG REQUIRED)
find_package(nlohmann_json CONFIG REQUIRED)
find_package(spdlog CONFIG REQUIRED)

if(MAMMO_WITH_ONEDNN AND NOT TARGET DNNL::dnnl)
  find_package(dnnl 3.2 CONFIG REQUIRED)
endif()
if(MAMMO_WITH_TBB)
  find_package(TBB CONFIG REQUIRED)
endif()

# The image layer and what stands on it.
if(NOT DEFINED MAMMO_LAST_LAYER OR NOT MAMMO_LAST_LAYER MATCHES "^(core|backend|ops|nn|models|explain|pipeline)$")
  find_package(CLI11 CONFIG REQUIRED)
  find_package(OpenSSL REQUIRED COMPONENTS Crypto)
  find_package(PNG REQUIRED)
  find_package(TIFF REQUIRED)
  find_package(JPEG REQUIRED)
  if(MAMMO_WITH_OPENCV)
    include("${CMAKE_CURRENT_LIST_DIR}/mammo_opencv.cmake")
  endif()
  if(MAMMO_WITH_DCMTK)
    find_package(DCMTK CONFIG REQUIRED)
    # OpenJPEG's own CMake file names programs that Debian packages apart, and complains when they are missing.
    find_package(PkgConfig REQUIRED)
    pkg_check_modules(OpenJPEG REQUIRED QUIET IMPORTED_TARGET libopenjp2)
  endif()
endif()

if(NOT MAMMO_FIND_QUIETLY)
  if(MAMMO_WITH_HALIDE)
    find_package(Halide 21 CONFIG REQUIRED)
  endif()
  if(MAMMO_BUILD_TESTS)
    find_package(Catch2 2.13 CONFIG REQUIRED)
  endif()
  find_package(benchmark CONFIG QUIET)
endif()
