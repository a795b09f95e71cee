#pragma once

#include "data/phantom_anatomy.hpp"
#include "data/plane.hpp"

#include <vector>

namespace mammo::data {

struct DrawnMass {
  std::vector<Point> outline; // pixels
  Mask mask;
};

// Adds one mass to the attenuation. `center`: in pixels; `scale`: pixels per millimetre. The pixels that it
// covers are the breast's.
DrawnMass draw_mass(Field& attenuation, const Lesion& lesion, Point center, double scale, const Mask& breast,
                    Generator& generator);

} // namespace mammo::data
