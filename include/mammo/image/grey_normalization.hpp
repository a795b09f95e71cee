#pragma once

#include "mammo/core/tensor.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace mammo::image {

// Films of different scanners and detectors are brought to like grey levels, so that one model can look at
// all. Levels are counted in the breast alone: air, labels and frames have no say. All of these take a
// `picture`, u8 or u16 [H, W], and a `mask`, u8 [H, W], not 0 in the breast; they throw TypeError or
// ShapeError on others, and ArgumentError on an empty mask.

struct StretchOptions {
  double low = 1;   ///< percentile that becomes 0
  double high = 99; ///< percentile that becomes 65535
};

/// Stretches linearly between two percentiles of the breast's levels; what lies outside takes the nearest
/// end, and a breast of one level becomes 0. Returns u16 [H, W]. Throws ArgumentError unless 0 <= low < high
/// <= 100.
Tensor stretch_percentiles(const Tensor& picture, const Tensor& mask, const StretchOptions& options = {});

/// `count` levels (2 to 4097) that divide the breast's pixels evenly, the lowest and the highest included: a
/// histogram in few numbers. Percentiles between two levels are not interpolated.
std::vector<std::uint16_t> level_quantiles(const Tensor& picture, const Tensor& mask,
                                           std::int64_t count = 33);

/// Gives the breast's levels another histogram: each level's rank among the breast's pixels (half of those of
/// its own level counted below it) becomes the reference's quantile of that rank, linear between them. Order
/// is kept, so the picture's structure is; levels that the breast does not have lie between their
/// neighbours'. Returns u16 [H, W]. Throws ArgumentError unless `reference` holds 2 quantiles or more that
/// never fall.
Tensor match_histogram(const Tensor& picture, const Tensor& mask, std::span<const std::uint16_t> reference);

/// Quantiles of a digitised film of CBIS-DDSM in 16 bits: the mean over its masks' quantiles on 60 films of
/// folds 2 to 4. What match_histogram() brings other vendors' pictures to where no other reference is given.
std::span<const std::uint16_t> film_reference();

} // namespace mammo::image
