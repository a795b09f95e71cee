#pragma once

#include "mammo/core/tensor.hpp"

#include <cstdint>

namespace mammo {

// Targets are constants: one that requires gradients is refused. A loss comes as the mean over its elements,
// as their sum, or for every element.
enum class Reduction : std::uint8_t { mean, sum, none };

/// (x - target)^2.
Tensor mse_loss(const Tensor& x, const Tensor& target, Reduction reduction = Reduction::mean);

struct HuberOptions {
  double beta = 1; ///< where the square turns into a line
  Reduction reduction = Reduction::mean;
};
/// d^2 / (2 beta) where |d| < beta, else |d| - beta / 2, d = x - target (Girshick 2015).
Tensor smooth_l1_loss(const Tensor& x, const Tensor& target, const HuberOptions& options = {});
/// beta times smooth_l1_loss (Huber 1964); his delta is `beta`.
Tensor huber_loss(const Tensor& x, const Tensor& target, const HuberOptions& options = {});

struct BceOptions {
  /// Targets t become t (1 - s) + s / 2.
  double label_smoothing = 0;
  Reduction reduction = Reduction::mean;
};
/// Binary cross entropy of logits x with targets in 0 .. 1, of one shape. Stable for any logit.
Tensor bce_loss(const Tensor& logits, const Tensor& target, const BceOptions& options = {});

struct FocalOptions {
  double alpha = 0.25; ///< weight of the positives; a negative one gives all the weight 1
  double gamma = 2;
  Reduction reduction = Reduction::sum;
};
/// Focal loss of sigmoid(logits) (Lin et al. 2017), targets in 0 .. 1, of one shape.
Tensor focal_loss(const Tensor& logits, const Tensor& target, const FocalOptions& options = {});

struct CrossEntropyOptions {
  double label_smoothing = 0;
  Reduction reduction = Reduction::mean;
};
/// Softmax cross entropy: logits [N, C], target i64 [N]; or logits [N, C, H, W], target i64 [N, H, W].
/// `none` gives the target's shape. Throws ArgumentError on a target outside 0 .. C - 1.
Tensor cross_entropy_loss(const Tensor& logits, const Tensor& target,
                          const CrossEntropyOptions& options = {});

// Boxes are rows (x1, y1, x2, y2) of a [N, 4] tensor.

/// 1 - GIoU of each pair of boxes (Rezatofighi et al. 2019): IoU less the part of the smallest box around
/// both that neither covers. Gradients flow into `boxes` alone.
Tensor giou_loss(const Tensor& boxes, const Tensor& target, Reduction reduction = Reduction::mean);

// Overlap of a soft mask with values in 0 .. 1 with a target mask, both [N, ...], an example at a time.

struct OverlapOptions {
  double smooth = 1; ///< added above and below, so that two empty masks agree
  Reduction reduction = Reduction::mean;
};
/// 1 - (2 |a b| + s) / (|a| + |b| + s) (Milletari et al. 2016, without their squares).
Tensor dice_loss(const Tensor& mask, const Tensor& target, const OverlapOptions& options = {});
/// 1 - (|a b| + s) / (|a| + |b| - |a b| + s) (Rahman and Wang 2016).
Tensor iou_loss(const Tensor& mask, const Tensor& target, const OverlapOptions& options = {});

struct IouSobelOptions {
  double mask_weight = 0.5; ///< w1; that of the edges, w2, is 1 - w1
  double smooth = 1;
  Reduction reduction = Reduction::mean;
};
/// 1 - (w1 IoU of the masks + w2 IoU of their edges): the thesis' loss for outlines (seed 003, improvements).
/// Edges are the magnitude of Sobel's gradient, divided by its largest value, 4 sqrt(2); the masks are [N, 1,
/// H, W]. The text leaves both points open.
Tensor iou_sobel_loss(const Tensor& mask, const Tensor& target, const IouSobelOptions& options = {});

} // namespace mammo
