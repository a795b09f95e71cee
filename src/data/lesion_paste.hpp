#pragma once

#include "mammo/core/random.hpp"
#include "mammo/data/augmentation.hpp"

#include <optional>

namespace mammo::data {

// Where a lesion of another film comes to lie on a canvas.
struct PastedLesion {
  AffineTransform to_canvas; // from the other film
  Box extent;                // on the canvas, of the lesion's ellipse
};

// Draws a place for the lesion in the box `lesion` of a film, `scale` canvas pixels per film pixel, in tissue
// and off `boxes`; none where 20 tries found none.
std::optional<PastedLesion> find_place(const Tensor& canvas, const Box& lesion, double scale,
                                       const std::vector<Box>& boxes, double tissue, Generator& generator);

// Blends the lesion into the canvas, f32 [h, w] dense, and its mask into `mask`, u8 of that shape, where that
// is defined.
void paste_lesion(Tensor& canvas, Tensor& mask, const LabelledFilm& film, const Box& lesion,
                  const PastedLesion& place);

} // namespace mammo::data
