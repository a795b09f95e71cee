# What can be chosen when mammo is configured.

set(MAMMO_WITH_OPENCV ON CACHE BOOL "Image operations through OpenCV core and imgproc")
set(MAMMO_WITH_DCMTK ON CACHE BOOL "DICOM files through DCMTK (and JPEG 2000 through OpenJPEG)")
set(MAMMO_WITH_HALIDE ON CACHE BOOL "Preprocessing kernels through Halide")
set(MAMMO_WITH_TBB ON CACHE BOOL "Streaming pipelines through oneTBB")
set(MAMMO_WITH_ONEDNN ON CACHE BOOL "The oneDNN backend")
set(MAMMO_WITH_CUDA AUTO CACHE STRING "The CUDA backend: AUTO or OFF")
set_property(CACHE MAMMO_WITH_CUDA PROPERTY STRINGS AUTO OFF)
option(MAMMO_BUILD_TESTS "Build the tests" ON)
option(MAMMO_WERROR "Treat compiler warnings as errors" OFF)
option(MAMMO_PARALLEL_STD "parallel_for on std::thread instead of OpenMP" OFF)
set(MAMMO_SANITIZE "" CACHE STRING "Sanitizers to build with: empty, `address,undefined` or `thread`")
option(MAMMO_UNITY "Compile the layers' sources eight at a time: a third of the time, for builds that start from nothing" OFF)
option(MAMMO_FUZZ "The fuzzing program, `fuzz`: clang alone has libFuzzer" OFF)
set(MAMMO_LAST_LAYER app CACHE STRING "Build the layers from core up to this one")

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 19)
  # xtensor 0.24 is ambiguous to clang's newer matching of template parameters; libstdc++ 12's own stable_sort calls a
  # function that it calls deprecated.
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fno-relaxed-template-template-args>
    -Wno-deprecated-no-relaxed-template-template-args -Wno-deprecated-declarations)
endif()
# Programs lie beside build.ninja, so that the release preset gives build/mammo.
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}")

if(MAMMO_SANITIZE)
  add_compile_options(-fsanitize=${MAMMO_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${MAMMO_SANITIZE})
  if(MAMMO_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
  if(MAMMO_SANITIZE MATCHES "thread")
    set(MAMMO_PARALLEL_STD ON)
  endif()
endif()

if(MAMMO_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

add_compile_definitions(MAMMO_VERSION="${PROJECT_VERSION}")
foreach(part OPENCV DCMTK HALIDE TBB ONEDNN)
  add_compile_definitions(MAMMO_WITH_${part}=$<BOOL:${MAMMO_WITH_${part}}>)
endforeach()
if(MAMMO_PARALLEL_STD)
  add_compile_definitions(MAMMO_PARALLEL_STD=1)
endif()

# There is no CUDA code to build yet: say what was seen instead of letting somebody think that it is used.
if(MAMMO_WITH_CUDA STREQUAL "AUTO")
  find_program(MAMMO_NVCC nvcc HINTS /usr/local/cuda/bin)
  mark_as_advanced(MAMMO_NVCC)
  if(MAMMO_NVCC)
    message(STATUS "CUDA: nvcc found, but this version has no CUDA backend yet; building without it")
  else()
    message(STATUS "CUDA: no nvcc; building without it")
  endif()
endif()
