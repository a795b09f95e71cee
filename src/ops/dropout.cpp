#include "mammo/ops/dropout.hpp"

#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/evaluate.hpp"
#include "mammo/ops/random.hpp"

#include <array>

namespace mammo {
namespace {

std::int64_t next_word() {
  const std::uint64_t high = training_generator().next_u32();
  return static_cast<std::int64_t>(high << 32 | training_generator().next_u32());
}

} // namespace

Tensor dropout(const Tensor& x, double probability) {
  const std::int64_t key = next_word();
  return evaluate_one(Dropout{.probability = probability},
                      std::array{x, Tensor::from({key, next_word()}, {2})});
}

Tensor drop_path(const Tensor& x, double probability) {
  require<ArgumentError>(probability >= 0 && probability < 1, "drop_path: probability ", probability,
                         ", expected at least 0 and below 1");
  require<ShapeError>(x.rank() >= 1, "drop_path: x ", x.shape(), ", expected [N, ...]");
  Shape one_each = Dims::filled(x.rank(), 1);
  one_each[0] = x.size(0);
  Tensor kept = Tensor::empty(one_each, {.dtype = DType::f64});
  for (double& scale : kept.mutable_data<double>()) {
    scale = training_generator().uniform() < probability ? 0 : 1 / (1 - probability);
  }
  return multiply(x, kept.to(x.dtype()));
}

} // namespace mammo
