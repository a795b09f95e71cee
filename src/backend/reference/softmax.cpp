#include "backend/reference/reference.hpp"

#include <cmath>
#include <limits>

namespace mammo::reference {

// The largest element is subtracted first: the result is the same and exp never overflows.
void compute(const Softmax& op, Inputs inputs, Outputs outputs) {
  const Shape& shape = inputs[0].shape();
  const std::int64_t length = shape[op.dim];
  std::int64_t step = 1; // between neighbours along the dimension
  for (int d = op.dim + 1; d < shape.rank(); ++d) step *= shape[d];
  const std::int64_t lines = length == 0 ? 0 : inputs[0].numel() / length;
  visit_real(inputs[0].dtype(), [&]<class T>() {
    for (std::int64_t line = 0; line < lines; ++line) {
      const std::int64_t start = line / step * step * length + line % step;
      const T* x = inputs[0].data<T>().data() + start;
      T* y = outputs[0].mutable_data<T>().data() + start;
      double largest = -std::numeric_limits<double>::infinity();
      for (std::int64_t i = 0; i < length; ++i) largest = larger(largest, x[i * step]);
      double sum = 0;
      for (std::int64_t i = 0; i < length; ++i) sum += std::exp(x[i * step] - largest);
      for (std::int64_t i = 0; i < length; ++i) {
        y[i * step] = static_cast<T>(std::exp(x[i * step] - largest) / sum);
      }
    }
  });
}

} // namespace mammo::reference
