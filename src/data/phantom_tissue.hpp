#pragma once

#include "data/phantom_anatomy.hpp"
#include "data/plane.hpp"

namespace mammo::data {

// One projection on its pixel grid, chest wall on the left: what the tissue is drawn over.
struct Canvas {
  const Silhouette& shape; // in pixels
  std::int64_t height;
  std::int64_t width;
  double scale; // pixels per millimetre
  Mask breast;
  Mask pectoral;
  Field skin_depth;   // mm from the skin; 0 outside
  Field muscle_depth; // mm from the muscle's border, negative in front of it; empty in CC

  Canvas(const Silhouette& in_pixels, std::int64_t rows, std::int64_t columns, double pixels_per_mm);
};

struct PhantomTissue {
  Field glandularity; // 0 to 1
  Field attenuation;  // of the normal breast; about 0.5 for fat, twice that for glandular tissue
};

// `density`: BI-RADS, 1 to 4.
PhantomTissue draw_tissue(const Canvas& canvas, int density, Generator& generator);

} // namespace mammo::data
