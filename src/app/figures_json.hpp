#pragma once

#include "mammo/app/detection_figures.hpp"

#include <cmath>
#include <span>

#include <nlohmann/json.hpp>

namespace mammo::app {

/// JSON has no NaN: null says that the data say nothing.
inline nlohmann::ordered_json number_or_null(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

/// `"ap50": 0.5, "ap50_ci95": [0.4, 0.6]` for each figure, added to an object.
inline void add_figures(nlohmann::ordered_json& object, std::span<const Figure> figures) {
  for (const Figure& figure : figures) {
    object[figure.name] = number_or_null(figure.value);
    if (!figure.interval) continue;
    object[figure.name + "_ci95"] = {number_or_null(figure.interval->low),
                                     number_or_null(figure.interval->high)};
  }
}

} // namespace mammo::app
