#pragma once

#include "mammo/core/geometry.hpp"
#include "mammo/core/tensor.hpp"
#include "mammo/models/screening_risk.hpp"

#include <functional>

namespace mammo::explain {

/// A network that tells negative from positive: a picture f32 [1, 1, H, W] -> class scores [1, 2], such as a
/// ResNet of models::risk_resnet101() in `eval()`.
using RiskNetwork = std::function<Tensor(const Tensor& picture)>;

/// What part of the pixels, those with the largest gradients, mark the centre of attention (seed 001, section
/// 4.2, chosen there "based on visual inspection").
inline constexpr double attention_fraction = 0.01;

struct Attended {
  double risk = 0; ///< positive minus negative
  Point centre;    ///< pixels of the picture
};

/// A picture's risk and the centre of attention: the centroid of the hundredth of its pixels where the loss
/// has the largest absolute gradient (seed 001, sections 3.2 and 4.2; the idea is that of Simonyan et al.
/// 2014, section 3.1, who take the gradient of a class score). One pass forward, one back.
///
/// For which class the loss is taken, the paper does not say. It is the same: with two classes the gradient
/// of the cross entropy for class c is that of the risk times a number, 1 - p(c) in magnitude. We take the
/// class that is less likely, whose number is at least 1/2 and never lost to rounding.
///
/// Throws ShapeError unless the picture is [1, 1, H, W] and the scores [1, 2], ArgumentError where the scores
/// do not depend on the picture or a gradient is NaN. Leaves the network as it was.
Attended attended(const RiskNetwork& network, const Tensor& picture);

struct FilmRisk {
  double holistic = 0;
  double attention = 0;
  double ensemble = 0; ///< their mean
  Point centre;        ///< of attention, in pixels of the film
  Box region;          ///< what the Attention model saw, in pixels of the film
};

/// The risks of one film by the Holistic, the Attention and the Ensemble model (seed 001, section 3). film
/// f32 [H, W] in full resolution, scaled as the networks are used to it; both see `side` x `side` pixels, the
/// Holistic model of the film reduced (models::holistic_input), the Attention model of the film itself around
/// the centre of attention. The paper does not say what happens at a border: here the region is kept inside
/// the film, and a film smaller than it lies between zeros. An exam's risk, of any of the three:
///
///     exam_score(breast_scores({.left_cc = l_cc.ensemble, .left_mlo = l_mlo.ensemble, ...}))
///
/// Throws as `attended` and `models::holistic_input` do.
FilmRisk film_risk(const RiskNetwork& holistic, const RiskNetwork& attention, const Tensor& film,
                   std::int64_t side = models::risk_input_side);

} // namespace mammo::explain
