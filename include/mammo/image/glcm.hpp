#pragma once

#include "mammo/core/tensor.hpp"

#include <cstdint>

namespace mammo::image {

struct GlcmOptions {
  int levels = 256;      ///< grey levels of the picture, 2 to 4096
  double distance = 1;   ///< between the two pixels of a pair
  double angle = 0;      ///< radians, from the x axis towards larger rows
  bool symmetric = true; ///< counts each pair in both orders
};

/// Grey-level co-occurrence matrix (Haralick et al., "Textural features for image classification", IEEE
/// Trans. SMC 3(6), 1973): how often a pixel of level i has one of level j at (round(distance sin angle),
/// round(distance cos angle)) rows and columns from it, divided by the count of pairs; all 0 where there is
/// no pair.
///
/// `levels_of_pixels`: u8 or u16 [H, W]. Returns f64 [levels, levels]. Throws ShapeError or TypeError on
/// another picture, ArgumentError on an option out of range or a pixel of `levels` or more.
Tensor glcm(const Tensor& levels_of_pixels, const GlcmOptions& options = {});

/// Features of a matrix whose elements sum to one (section IV and the appendix of the paper; names are
/// scikit-image's).
struct GlcmFeatures {
  double contrast = 0;      ///< sum p (i - j)^2
  double dissimilarity = 0; ///< sum p |i - j|
  double homogeneity = 0;   ///< sum p / (1 + (i - j)^2)
  double asm_ = 0;          ///< angular second moment: sum p^2
  double energy = 0;        ///< its root
  double correlation = 0;   ///< 1 where either deviation is 0
  double entropy = 0;       ///< -sum p ln p
};

/// `matrix`: f64 [levels, levels], as glcm() gives. Throws ShapeError or TypeError on another.
GlcmFeatures glcm_features(const Tensor& matrix);

} // namespace mammo::image
