#pragma once

#include "data/plane.hpp"
#include "mammo/core/geometry.hpp"

#include <string_view>

namespace mammo::data {

// The text as a technologist's lead letters show it, drawn into the field, `height` pixels high with its
// upper right corner at `corner`. Knows the letters of "L CC" and "R MLO". Returns the text's extent in whole
// pixels.
Box draw_lead_letters(Field& field, std::string_view text, Point corner, double height);

} // namespace mammo::data
