#pragma once

#include "mammo/pipeline/pipeline.hpp"

#include <optional>
#include <string>
#include <vector>

// What the misfits are made of. Each source beside this file compiles as it is, and must not compile with
// -DMISTAKE: then the compiler's first error line has to hold every word of the lines that begin with
// "message:" (misfit_test.py).

struct Film {
  int width = 0;
};
struct Picture {
  int width = 0;
};

inline Film film_of(const std::string& /*path*/) {
  return {};
}
inline Picture picture_of(const Film& film) {
  return {film.width};
}
inline Picture smooth(Picture picture) {
  return picture;
}

using namespace mammo::pipeline;
