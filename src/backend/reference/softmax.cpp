#include "backend/reference/reference.hpp"

#include <cmath>
#include <limits>

namespace mammo::reference {
namespace {

// Lines along one dimension of a row-major tensor: elements `step` apart.
struct Lines {
  std::int64_t length;
  std::int64_t step = 1;
  std::int64_t count;

  Lines(const Shape& shape, int dim) : length(shape[dim]), count(length == 0 ? 0 : numel(shape) / length) {
    for (int d = dim + 1; d < shape.rank(); ++d) step *= shape[d];
  }
  std::int64_t start(std::int64_t line) const { return line / step * step * length + line % step; }
};

} // namespace

// The largest element is subtracted first: the result is the same and exp never overflows.
void compute(const Softmax& op, Inputs inputs, Outputs outputs) {
  const Lines lines(inputs[0].shape(), op.dim);
  visit_real(inputs[0].dtype(), [&]<class T>() {
    for (std::int64_t line = 0; line < lines.count; ++line) {
      const T* x = inputs[0].data<T>().data() + lines.start(line);
      T* y = outputs[0].mutable_data<T>().data() + lines.start(line);
      double largest = -std::numeric_limits<double>::infinity();
      for (std::int64_t i = 0; i < lines.length; ++i) largest = larger(largest, x[i * lines.step]);
      double sum = 0;
      for (std::int64_t i = 0; i < lines.length; ++i) sum += std::exp(x[i * lines.step] - largest);
      for (std::int64_t i = 0; i < lines.length; ++i) {
        y[i * lines.step] = static_cast<T>(std::exp(x[i * lines.step] - largest) / sum);
      }
    }
  });
}

void compute(const SoftmaxGradient& op, Inputs inputs, Outputs outputs) {
  const Lines lines(inputs[0].shape(), op.dim);
  visit_real(inputs[0].dtype(), [&]<class T>() {
    for (std::int64_t line = 0; line < lines.count; ++line) {
      const T* y = inputs[0].data<T>().data() + lines.start(line);
      const T* g = inputs[1].data<T>().data() + lines.start(line);
      T* gx = outputs[0].mutable_data<T>().data() + lines.start(line);
      double sum = 0;
      for (std::int64_t i = 0; i < lines.length; ++i) {
        sum += static_cast<double>(y[i * lines.step]) * g[i * lines.step];
      }
      for (std::int64_t i = 0; i < lines.length; ++i) {
        gx[i * lines.step] = static_cast<T>(y[i * lines.step] * (g[i * lines.step] - sum));
      }
    }
  });
}

} // namespace mammo::reference
