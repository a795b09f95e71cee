#pragma once

#include "mammo/core/geometry.hpp"
#include "mammo/core/tensor.hpp"

#include <cstdint>

namespace mammo::image {

/// The ellipse inscribed in a box, as a mask u8 [height, width]: 1 in pixels whose centre lies in it.
Tensor ellipse_mask(const Box& box, std::int64_t height, std::int64_t width);

/// The least box of whole pixels that holds all pixels of a mask, u8 [H, W], that are not 0; empty where
/// there is none. Throws TypeError or ShapeError on another tensor.
Box mask_extent(const Tensor& mask);

/// 1 where a map, f32 [H, W], is above `level`, else 0: u8 [H, W].
Tensor mask_above(const Tensor& map, float level = 0.5F);

/// The 8-connected part of a mask that shares most pixels with `region`, a mask of the same size, its holes
/// filled; all 0 where none shares one. Both u8 [H, W]. Throws TypeError or ShapeError on other tensors.
Tensor main_part(const Tensor& mask, const Tensor& region);

} // namespace mammo::image
