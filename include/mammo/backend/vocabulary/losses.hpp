#pragma once

#include <cstdint>
#include <string_view>
#include <tuple>

namespace mammo {

/// Losses of a prediction x and a target t, d = x - t, p = sigmoid(x):
///   mse         d^2
///   smooth_l1   d^2 / (2 beta) where |d| < beta, else |d| - beta / 2 (Girshick 2015)
///   huber       d^2 / 2 where |d| < beta, else beta (|d| - beta / 2) (Huber 1964)
///   bce         -t log p - (1 - t) log(1 - p), x the logit
///   focal       bce times alpha t + (1 - alpha) (1 - t), unless alpha < 0, times
///               (1 - p t - (1 - p) (1 - t))^gamma, x the logit (Lin et al. 2017, section 3.2)
enum class LossKind : std::uint8_t { mse, smooth_l1, huber, bce, focal };

/// x, t like x -> the loss of every element, like x. Stable for any logit.
struct PointwiseLoss {
  static constexpr std::string_view name = "pointwise_loss";
  LossKind kind = LossKind::mse;
  double beta = 1;
  double alpha = 0.25;
  double gamma = 2;

  auto fields() const { return std::tuple(kind, beta, alpha, gamma); }
};

/// x, t, g like x -> gradient of x.
struct PointwiseLossGradient {
  static constexpr std::string_view name = "pointwise_loss_gradient";
  PointwiseLoss loss{};

  auto fields() const { return loss.fields(); }
};

/// Softmax and cross entropy: logits [N, C], target i64 [N] -> [N]: the sum of -q log softmax(logits) over
/// the classes, q = 1 - s for the target and s / C more for every class, s = label_smoothing (Szegedy et al.
/// 2016, section 7). A target outside 0 .. C - 1 throws ArgumentError when it runs.
struct CrossEntropy {
  static constexpr std::string_view name = "cross_entropy";
  double label_smoothing = 0;

  auto fields() const { return std::tuple(label_smoothing); }
};

/// logits, target, g [N] -> gradient of the logits: g (softmax(logits) - q).
struct CrossEntropyGradient {
  static constexpr std::string_view name = "cross_entropy_gradient";
  double label_smoothing = 0;

  auto fields() const { return std::tuple(label_smoothing); }
};

} // namespace mammo
