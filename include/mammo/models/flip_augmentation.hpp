#pragma once

#include "mammo/models/tiled_detection.hpp"

namespace mammo::models {

/// x [N, C, H, W] with its columns in reverse order, f32 or f64, row-major, recording no gradients.
Tensor mirrored(const Tensor& x);

/// The box as it lies in the mirrored picture, which is `width` pixels wide.
Box mirrored(const Box& box, double width);

/// Runs a detector on the pictures and on their mirror images and fuses what it finds (test-time
/// augmentation): x [N, C, H, W] -> the boxes of each picture. `fusion.weights`, where given, are of the
/// picture and of the mirror image. A fused box has the anchor of the picture's own box that it overlaps
/// most, -1 where the mirror image alone showed it.
std::vector<std::vector<Detection>> detect_with_flip(const DetectFunction& detect, const Tensor& x,
                                                     const BoxFusionConfig& fusion = {});

} // namespace mammo::models
