#pragma once

#include "image/runs.hpp"
#include "mammo/image/contour.hpp"

namespace mammo::image {

/// external_contours() of pixels u8 [height, width].
std::vector<Contour> contours_of(const std::uint8_t* pixels, std::int64_t height, std::int64_t width,
                                 int level);

/// filled_contour() as runs.
RunMask filled(const Contour& contour, std::int64_t height, std::int64_t width, int thickness);

/// The one of largest perimeter, the first of equals. `contours` is not empty.
const Contour& longest(const std::vector<Contour>& contours);

} // namespace mammo::image
