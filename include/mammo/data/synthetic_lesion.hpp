#pragma once

#include "mammo/core/geometry.hpp"
#include "mammo/core/random.hpp"
#include "mammo/core/tensor.hpp"

namespace mammo::data {

/// Draws a mass of random shape and border over real tissue, in place, and returns its outline as a mask, u8
/// [H, W]: a lesion of which every pixel is known, to learn and to measure outlines by.
///
/// The outline is an ellipse that nearly fills `place`, bent by waves around it, in a third of the cases with
/// spikes, and roughened by a random field with the power spectrum of breast tissue; holes and loose parts
/// are taken away. The mass adds brightness, a dome with a softer or sharper border whose half height is the
/// outline, of half to three times the tissue's own contrast around it, so that some are barely seen.
///
/// `tissue`: u8 [H, W]. Returns an empty mask where the shape came out in parts too small. Throws TypeError
/// or ShapeError on another picture, ArgumentError on a place that is not within the picture or has a side
/// below 8 pixels.
Tensor paste_synthetic_lesion(Tensor& tissue, const Box& place, Generator& generator);

} // namespace mammo::data
