#pragma once

#include "mammo/backend/vocabulary/common.hpp"

#include <string_view>
#include <tuple>

namespace mammo {

/// y = activation((x - mean) / sqrt(var + eps) * w + b), a channel at a time (Ioffe and Szegedy 2015):
/// x [N, C, H, W], mean [C], var [C], w [C], b [C] -> like x.
struct BatchNorm {
  static constexpr std::string_view name = "batch_norm";
  double eps = 1e-5;
  Activation activation = Activation::none;

  auto fields() const { return std::tuple(eps, activation); }
};

/// BatchNorm over the batch's own statistics, with what often follows it:
/// y = activation((x - mean) / sqrt(var + eps) * w + b + r): x [N, C, H, W], w [C], b [C], [r like x]
/// -> y like x, mean [C], var [C]: over N, H and W, var divided by their number N H W (biased).
struct BatchNormTraining {
  static constexpr std::string_view name = "batch_norm_training";
  double eps = 1e-5;
  Activation activation = Activation::none;

  auto fields() const { return std::tuple(eps, activation); }
};

/// The gradients of BatchNormTraining (Ioffe and Szegedy 2015, section 3): x, [y where activation is relu],
/// mean, var, w, g like y -> gradients of x (like x), of w [C], of b [C] and, where `residual`, of r (like
/// x).
struct BatchNormGradient {
  static constexpr std::string_view name = "batch_norm_gradient";
  double eps = 1e-5;
  Activation activation = Activation::none;
  bool residual = false;

  auto fields() const { return std::tuple(eps, activation, residual); }
};

/// Groups of neighbouring channels are normalised together, a picture at a time (Wu and He 2018):
/// x [N, C, ...], w [C], b [C] -> y like x, mean [N, groups], rstd [N, groups] = 1 / sqrt(var + eps), var
/// biased. With a group a channel it is instance norm.
struct GroupNorm {
  static constexpr std::string_view name = "group_norm";
  std::int64_t groups = 1;
  double eps = 1e-5;

  auto fields() const { return std::tuple(groups, eps); }
};

/// x, mean, rstd, w, g like x -> gradients of x (like x), of w [C] and of b [C].
struct GroupNormGradient {
  static constexpr std::string_view name = "group_norm_gradient";
  std::int64_t groups = 1;

  auto fields() const { return std::tuple(groups); }
};

/// The last dimension is normalised (Ba, Kiros and Hinton 2016): x [..., D], w [D], b [D] -> y like x,
/// mean [...], rstd [...] = 1 / sqrt(var + eps), var biased.
struct LayerNorm {
  static constexpr std::string_view name = "layer_norm";
  double eps = 1e-5;

  auto fields() const { return std::tuple(eps); }
};

/// x, mean, rstd, w, g like x -> gradients of x (like x), of w [D] and of b [D].
struct LayerNormGradient {
  static constexpr std::string_view name = "layer_norm_gradient";

  static auto fields() { return std::tuple(); }
};

/// x -> exp(x - max) / sum over dimension `dim`.
struct Softmax {
  static constexpr std::string_view name = "softmax";
  int dim = 0;

  auto fields() const { return std::tuple(dim); }
};

/// y of Softmax, g like y -> y (g - sum of y g over dimension `dim`): the gradient of x.
struct SoftmaxGradient {
  static constexpr std::string_view name = "softmax_gradient";
  int dim = 0;

  auto fields() const { return std::tuple(dim); }
};

} // namespace mammo
