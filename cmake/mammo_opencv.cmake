# opencv_core and opencv_imgproc. Debian's package of OpenCV's own CMake files drags in every module with its 139
# libraries, so where those files are missing the two targets are made from the headers and libraries found.

find_package(OpenCV QUIET COMPONENTS core imgproc)
if(NOT OpenCV_FOUND)
  find_path(MAMMO_OPENCV_INCLUDE opencv2/core.hpp PATH_SUFFIXES opencv4 REQUIRED)
  find_path(MAMMO_OPENCV_ARCH_INCLUDE opencv2/opencv_modules.hpp PATH_SUFFIXES opencv4
            PATHS /usr/include/${CMAKE_LIBRARY_ARCHITECTURE})
  mark_as_advanced(MAMMO_OPENCV_INCLUDE MAMMO_OPENCV_ARCH_INCLUDE)
  set(includes ${MAMMO_OPENCV_INCLUDE})
  if(MAMMO_OPENCV_ARCH_INCLUDE)
    list(APPEND includes ${MAMMO_OPENCV_ARCH_INCLUDE})
  endif()
  foreach(module core imgproc)
    find_library(MAMMO_OPENCV_${module} opencv_${module} REQUIRED)
    mark_as_advanced(MAMMO_OPENCV_${module})
    if(NOT TARGET opencv_${module})
      add_library(opencv_${module} UNKNOWN IMPORTED)
      set_target_properties(opencv_${module} PROPERTIES
        IMPORTED_LOCATION "${MAMMO_OPENCV_${module}}"
        INTERFACE_INCLUDE_DIRECTORIES "${includes}")
    endif()
  endforeach()
  set_property(TARGET opencv_imgproc PROPERTY INTERFACE_LINK_LIBRARIES opencv_core)
endif()
