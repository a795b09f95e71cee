#pragma once

#include "mammo/models/detector.hpp"

#include <cstdint>

namespace mammo::models {

/// How a lesion of a film becomes the input of a network that looks at lesions one by one: the numbers that
/// its weights were trained with. Brightness is evened out over the breast as a detector's input has it.
struct LesionInputConfig {
  std::int64_t working_height = 800; ///< pixels, at which the breast is sought
  InputConfig::Breast breast;
  InputConfig::Brightness brightness;
  double context = 1.9;    ///< side of the window, in longer sides of the lesion's box
  std::int64_t size = 128; ///< of the window on the network's canvas, pixels
  double mean = 114;       ///< grey levels, subtracted from the canvas

  bool operator==(const LesionInputConfig&) const = default;
};

} // namespace mammo::models
