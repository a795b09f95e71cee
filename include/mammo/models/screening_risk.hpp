#pragma once

#include "mammo/core/geometry.hpp"
#include "mammo/models/resnet.hpp"

#include <cstdint>

namespace mammo::models {

// The risk of cancer of a screening exam, learned from image labels alone (seed 001: Dahl, Holden, Brautaset
// and Eikvil, "A mammography classification model trained from image labels only", NLDL 2022): what its
// networks are, what they see, and how an exam's number is made of those of its images. Two networks of one
// architecture look at an image: the Holistic model at all of it, reduced; the Attention model at a part in
// full resolution, where the Holistic model's gradient is largest. How that part is found needs a gradient:
// explain/film_risk.hpp.
//
// mammo ships no weights for it: the authors' are not public, and 153 159 examinations were needed to train
// them. On films these functions give numbers that mean something only with networks of one's own.

/// Pixels to a side of what both networks see (section 4.2).
inline constexpr std::int64_t risk_input_side = 976;

/// A ResNet-101 for grey pictures with two outputs, the negative and the positive class score (section 4.2):
/// the Holistic and the Attention model alike, "structurally identical". The Attention model's training
/// starts from the Holistic model's weights:
///
///     models::ResNet holistic(models::risk_resnet101());
///     ...
///     const auto attention = nn::clone(holistic);
///
/// The authors start the Holistic model from "pretrained weights ... modified to greyscale"; how is not said,
/// and `scripts/convert-weights --one-channel` adds the stem's channels up. The order of the outputs is ours.
ResNetConfig risk_resnet101();

/// Positive minus negative (section 3.1): class scores [N, 2] -> [N]. We take the scores to be the network's
/// outputs, before any softmax: of these a breast's sum is the sum of two log odds. A softmax would leave an
/// image's rank as it is, but not a breast's.
Tensor image_risks(const Tensor& class_scores);

struct HolisticInput {
  Tensor picture;           ///< f32 [1, 1, side, side]
  AffineTransform to_input; ///< from pixels of the film to those of `picture`
};

/// A film as the Holistic model sees it outside training (section 4.2): rescaled to a width of `side`, its
/// aspect kept, and the middle cropped out; a film that is then less than `side` high lies between zeros.
/// film f32 [H, W], scaled as the network is used to it. How pixels are interpolated the paper leaves open:
/// where the film shrinks, each new pixel is the mean of what it covers, counted in whole pixels; where it
/// grows, bilinear. Throws ShapeError or TypeError on another film, ArgumentError unless side is positive.
HolisticInput holistic_input(const Tensor& film, std::int64_t side = risk_input_side);

/// The pixels of a film [H, W] under a box with edges on whole pixels, for the Attention model: f32 [1, 1,
/// box height, box width], 0 beyond the film. Throws as above.
Tensor attention_input(const Tensor& film, const Box& box);

/// The Ensemble model: the unweighted mean of both models' risks of an image (section 3.3).
double ensemble_risk(double holistic, double attention);

/// One number for each image of an exam, such as its Holistic, Attention or Ensemble risk.
struct ImageScores {
  double left_cc = 0;
  double left_mlo = 0;
  double right_cc = 0;
  double right_mlo = 0;
};

/// One number for each breast: made of its images', or a radiologist's.
struct BreastScores {
  double left = 0;
  double right = 0;
};

/// Of each breast, the sum over its images (section 3.4).
BreastScores breast_scores(const ImageScores& images);

/// Of an exam: the maximum of its breasts' (section 3.4); with a radiologist's scores, that of a single
/// reading (section 4.3). Throws ArgumentError on a score that is not finite.
double exam_score(const BreastScores& breasts);

/// Two radiologists' scores as one (section 4.3): of each breast, their sum. `exam_score` of it is that of a
/// double reading.
BreastScores double_reading(const BreastScores& first, const BreastScores& second);

} // namespace mammo::models
