#include "mammo/explain/grad_cam.hpp"

#include "explain/checked.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/gradients_of.hpp"
#include "mammo/ops/interpolation.hpp"
#include "mammo/ops/reduction.hpp"

namespace mammo::explain {

Tensor grad_cam(const ScoreFromFeatures& network, const Tensor& x, const GradCamOptions& options) {
  const char* method = "grad_cam";
  Tensor leaf = checked_input(x, method);
  set_requires_grad(leaf);
  const GradientMode on(true);
  const auto [features, score] = network(leaf);
  check_score(score, method);
  require<ShapeError>(features.defined() && features.rank() == 4 && features.size(0) == 1, method,
                      ": features ", features.defined() ? features.shape() : Shape(),
                      ", expected [1, K, h, w]");
  require<ArgumentError>(requires_grad(features), method, ": the features were not computed from the input");
  require<ArgumentError>(requires_grad(score), method, ": the score was not computed from the features");
  const Tensor gradient = gradient_of(score, features);
  require<ArgumentError>(gradient.defined(), method, ": the score was not computed from the features");

  const NoGrad off;
  const Tensor weights = options.elementwise ? gradient : mean(gradient, {2, 3}, /*keep_dims=*/true);
  const Tensor evidence = relu(sum(multiply(weights, detach(features)), {1}, /*keep_dims=*/true));
  const Tensor map = interpolate_bilinear(evidence, {leaf.size(2), leaf.size(3)});
  return map.plain().reshape({leaf.size(2), leaf.size(3)}).to(DType::f32);
}

} // namespace mammo::explain
