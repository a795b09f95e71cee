#include "backend/reference/reference.hpp"
#include "mammo/core/threads.hpp"

namespace mammo::reference {

// y = activation(x w^T + b), each row of x by itself.
void compute(const Linear& op, Inputs inputs, Outputs outputs) {
  const Tensor& weight = inputs[1];
  const Tensor& bias = inputs[2];
  const std::int64_t features = weight.size(0);
  const std::int64_t length = weight.size(1);
  const std::int64_t rows = features == 0 ? 0 : outputs[0].numel() / features;
  visit_real(inputs[0].dtype(), [&]<class T>() {
    const T* x = inputs[0].data<T>().data();
    const T* w = weight.data<T>().data();
    const T* b = bias.defined() ? bias.data<T>().data() : nullptr;
    T* y = outputs[0].mutable_data<T>().data();
    parallel_for(0, rows * features, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t i = first; i < last; ++i) {
        const std::int64_t row = i / features;
        const std::int64_t o = i % features;
        double sum = b != nullptr ? b[o] : 0.0;
        for (std::int64_t k = 0; k < length; ++k) {
          sum += static_cast<double>(x[row * length + k]) * w[o * length + k];
        }
        y[i] = static_cast<T>(activate(op.activation, sum));
      }
    });
  });
}

} // namespace mammo::reference
