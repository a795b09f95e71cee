#pragma once

#include "mammo/app/detection_figures.hpp"

#include <iomanip>
#include <sstream>
#include <string>

namespace mammo::app {

/// "ap50 0.541 (0.478 to 0.602)".
inline std::string line_of(const Figure& figure) {
  std::ostringstream text;
  text << figure.name << ' ' << std::fixed << std::setprecision(3) << figure.value;
  if (figure.interval) text << " (" << figure.interval->low << " to " << figure.interval->high << ')';
  return text.str();
}

} // namespace mammo::app
