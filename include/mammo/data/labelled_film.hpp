#pragma once

#include "mammo/core/geometry.hpp"
#include "mammo/core/tensor.hpp"

#include <cstdint>
#include <vector>

namespace mammo::data {

/// A film with what is known of it, as a detector or a segmenter learns from it.
struct LabelledFilm {
  Tensor picture;                        ///< [H, W], u8, u16 or f32
  std::vector<Box> boxes = {};           ///< lesions, in pixels of the picture
  std::vector<std::int64_t> labels = {}; ///< one a box
  Tensor mask = {};                      ///< u8 [H, W], labels of pixels; may be undefined
};

} // namespace mammo::data
