#pragma once

#include "mammo/core/tensor.hpp"

#include <functional>

namespace mammo::explain {

/// A network seen at one of its feature maps.
struct FeaturesAndScore {
  Tensor features; ///< [1, K, h, w], computed from the input
  Tensor score;    ///< one number, computed from `features`
};
using ScoreFromFeatures = std::function<FeaturesAndScore(const Tensor& x)>;

struct GradCamOptions {
  /// Each element of the feature map counts with its own gradient instead of the channel's mean gradient
  /// (HiResCAM: Draelos and Carin 2020). For a score that looks at one part of the map only, such as that of
  /// one anchor of a detector.
  bool elementwise = false;

  bool operator==(const GradCamOptions&) const = default;
};

/// Where features speak for the score: relu(sum over k of a_k A_k), where A_k is channel k of the feature map
/// and a_k the mean of d score / d A_k (Selvaraju et al., "Grad-CAM", ICCV 2017, equations 1 and 2), brought
/// to the input's size bilinearly. As coarse as the feature map. Never negative; 0 everywhere where all
/// features speak against.
///
///     const auto f = [&](const Tensor& x) {
///       const auto out = detector.forward(x, {.keep_features = true});
///       return explain::FeaturesAndScore{out.features[1], reshape(slice(out.cls_logits, 1, a, a + 1), {1})};
///     };
///     const Tensor map = explain::grad_cam(f, picture);
///
/// Throws as score.hpp says, and ShapeError unless the features are [1, K, h, w].
Tensor grad_cam(const ScoreFromFeatures& network, const Tensor& x, const GradCamOptions& options = {});

} // namespace mammo::explain
