#pragma once

#include <cmath>

namespace mammo::app {

/// A number as reports give it, to one part in `steps_per_unit`: a hundredth of a pixel and a millionth of a
/// score are far below what a network knows, and far above what instruction sets differ by.
inline double rounded(double value, double steps_per_unit = 100) {
  return std::round(value * steps_per_unit) / steps_per_unit;
}

} // namespace mammo::app
