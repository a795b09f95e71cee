#include "backend/reference/reference.hpp"

#include <cmath>

namespace mammo::reference {

// Every pixel of a channel is shifted and scaled by that channel's statistics.
void compute(const BatchNorm& op, Inputs inputs, Outputs outputs) {
  const Shape& shape = inputs[0].shape();
  const std::int64_t plane = shape[2] * shape[3];
  visit_real(inputs[0].dtype(), [&]<class T>() {
    const auto x = inputs[0].data<T>();
    const auto mean = inputs[1].data<T>();
    const auto var = inputs[2].data<T>();
    const auto weight = inputs[3].data<T>();
    const auto bias = inputs[4].data<T>();
    const auto y = outputs[0].mutable_data<T>();
    for (std::int64_t n = 0; n < shape[0]; ++n) {
      for (std::int64_t c = 0; c < shape[1]; ++c) {
        const auto channel = static_cast<std::size_t>(c);
        const double scale = weight[channel] / std::sqrt(var[channel] + op.eps);
        for (std::int64_t i = 0; i < plane; ++i) {
          const auto at = static_cast<std::size_t>((n * shape[1] + c) * plane + i);
          const double value = (x[at] - static_cast<double>(mean[channel])) * scale + bias[channel];
          y[at] = static_cast<T>(activate(op.activation, value));
        }
      }
    }
  });
}

} // namespace mammo::reference
