#pragma once

#include "mammo/core/tensor.hpp"
#include "mammo/data/augmentation.hpp"
#include "mammo/models/density.hpp"
#include "mammo/train/tissue_films.hpp"

namespace mammo::train {

struct TissueLossConfig {
  /// Of 1 - Dice of the fibroglandular tissue, a film at a time, added to the mean cross entropy of all
  /// pixels: the cross entropy keeps probabilities calibrated, so that their sums are areas; the Dice term
  /// gives films with little such tissue their say.
  double dice_weight = 0.3;
  double label_smoothing = 0;

  bool operator==(const TissueLossConfig&) const = default;
};

struct TissueLoss {
  Tensor total; ///< a scalar
  double entropy = 0;
  double dice = 0; ///< before its weight
};

/// Of logits [N, 4, H, W] with maps of data::Tissue, u8 [N, 1, H, W].
TissueLoss tissue_loss(const Tensor& logits, const Tensor& maps, const TissueLossConfig& config = {});

/// How well tissues are told apart, on films of the network's canvas.
struct TissueMeasure {
  double dice = 0;           ///< of fibroglandular tissue, the films' mean
  double correlation = 0;    ///< of percent density with the labels'
  double absolute_error = 0; ///< of percent density, the films' mean
};

/// Measures a network on films as models::tissue_probabilities sees them.
TissueMeasure measure_density(const models::ResNetUNet& network, const models::InputConfig& input,
                              const TissueFilms& films);

} // namespace mammo::train
