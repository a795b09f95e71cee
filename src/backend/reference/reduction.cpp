#include "backend/reference/reference.hpp"

#include <cmath>
#include <limits>
#include <vector>

namespace mammo::reference {
namespace {

double start_of(ReduceKind kind) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (kind == ReduceKind::max) return -infinity;
  if (kind == ReduceKind::min) return infinity;
  return 0;
}

double gather(ReduceKind kind, double so_far, double next) {
  if (kind == ReduceKind::max) return larger(so_far, next);
  if (kind == ReduceKind::min) return smaller(so_far, next);
  return so_far + next;
}

// Strides that send every element of x to the output element it goes into: 0 along reduced dimensions.
Strides output_strides(const Shape& shape, const Dims& reduced) {
  Shape kept = shape;
  for (const std::int64_t d : reduced) kept[static_cast<int>(d)] = 1;
  Strides strides = row_major_strides(kept);
  for (const std::int64_t d : reduced) strides[static_cast<int>(d)] = 0;
  return strides;
}

} // namespace

void compute(const Reduce& op, Inputs inputs, Outputs outputs) {
  const Shape& shape = inputs[0].shape();
  const Strides strides = output_strides(shape, op.dims);
  std::vector<double> gathered(static_cast<std::size_t>(outputs[0].numel()), start_of(op.kind));
  double divisor = 1;
  if (op.kind == ReduceKind::mean) {
    for (const std::int64_t d : op.dims) divisor *= static_cast<double>(shape[static_cast<int>(d)]);
  }
  visit_real(inputs[0].dtype(), [&]<class T>() {
    Dims index = Dims::filled(shape.rank(), 0);
    for (const T x : inputs[0].data<T>()) {
      double& sum = gathered[static_cast<std::size_t>(offset_of(index, strides))];
      sum = gather(op.kind, sum, x);
      advance(index, shape);
    }
    std::ranges::transform(gathered, outputs[0].mutable_data<T>().begin(),
                           [&](double sum) { return static_cast<T>(sum / divisor); });
  });
}

// Elements of x that tell where y was found: NaN is found in NaN.
void compute(const ReduceGradient& op, Inputs inputs, Outputs outputs) {
  const Shape& shape = inputs[0].shape();
  const Strides strides = output_strides(shape, op.dims);
  visit_real(inputs[0].dtype(), [&]<class T>() {
    const auto x = inputs[0].data<T>();
    const T* y = inputs[1].data<T>().data();
    const T* g = inputs[2].data<T>().data();
    const auto gradient = outputs[0].mutable_data<T>();
    const auto is_found = [](T value, T extreme) {
      return value == extreme || (std::isnan(value) && std::isnan(extreme));
    };
    std::vector<double> found(static_cast<std::size_t>(inputs[1].numel()));
    Dims index = Dims::filled(shape.rank(), 0);
    for (const T value : x) {
      const std::int64_t to = offset_of(index, strides);
      found[static_cast<std::size_t>(to)] += is_found(value, y[to]) ? 1 : 0;
      advance(index, shape);
    }
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::int64_t to = offset_of(index, strides);
      gradient[i] =
          is_found(x[i], y[to]) ? static_cast<T>(g[to] / found[static_cast<std::size_t>(to)]) : T{0};
      advance(index, shape);
    }
  });
}

} // namespace mammo::reference
