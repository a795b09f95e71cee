#pragma once

#include <cstdint>
#include <vector>

namespace mammo::image {

/// A Gaussian over [-radius, radius] that sums to one.
std::vector<double> gaussian_density(double sigma, std::int64_t radius);

/// The same in 256ths that sum to 256, as OpenCV rounds it for 8-bit pictures: each weight passes its
/// rounding error to its neighbour on the way to the middle, which takes what is missing.
std::vector<std::uint16_t> gaussian_256ths(double sigma, std::int64_t radius);

} // namespace mammo::image
