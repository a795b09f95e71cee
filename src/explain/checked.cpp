#include "explain/checked.hpp"

#include "mammo/ops/autograd.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/gradients_of.hpp"
#include "mammo/ops/reduction.hpp"

namespace mammo::explain {

Tensor checked_input(const Tensor& x, const char* method) {
  require<ShapeError>(x.defined() && x.rank() == 4 && x.size(0) == 1 && x.numel() > 0, method, ": input ",
                      x.defined() ? x.shape() : Shape(), ", expected [1, C, H, W]");
  require<TypeError>(is_floating(x.dtype()), method, ": input of ", x.dtype(), ", expected a floating dtype");
  return detach(x).plain();
}

void check_score(const Tensor& score, const char* method) {
  require<ShapeError>(score.defined() && score.numel() == 1, method, ": a score of shape ",
                      score.defined() ? score.shape() : Shape(), ", expected one element");
}

Tensor gradient_at(const Score& score, const Tensor& x, const char* method) {
  Tensor leaf = detach(x);
  set_requires_grad(leaf);
  const GradientMode on(true);
  const Tensor value = score(leaf);
  check_score(value, method);
  require<ArgumentError>(requires_grad(value), method, ": the score was not computed from the input");
  const Tensor gradient = gradient_of(value, leaf);
  require<ArgumentError>(gradient.defined(), method, ": the score does not depend on the input");
  return gradient.plain();
}

void Sum::add(const Tensor& tensor) {
  const Tensor wide = tensor.plain().to(DType::f64);
  if (!total_.defined()) total_ = Tensor::zeros(wide.shape(), {.dtype = DType::f64});
  const auto from = wide.data<double>();
  const auto to = total_.mutable_data<double>();
  for (std::size_t i = 0; i < from.size(); ++i) to[i] += from[i];
  ++count_;
}

Tensor Sum::mean() const {
  Tensor result = total_.clone();
  for (double& value : result.mutable_data<double>()) value /= static_cast<double>(count_);
  return result;
}

Tensor largest_magnitude(const Tensor& gradient) {
  const Tensor largest = max(abs(gradient), {0, 1});
  return largest.plain().to(DType::f32);
}

} // namespace mammo::explain
