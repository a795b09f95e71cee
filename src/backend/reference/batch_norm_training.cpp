#include "backend/reference/moments.hpp"
#include "backend/reference/reference.hpp"

#include <cmath>

namespace mammo::reference {
namespace {

// The elements of one channel of [N, C, H, W], counted through all pictures.
class ChannelElements {
 public:
  ChannelElements(const Shape& shape, std::int64_t channel)
      : channels_(shape[1]), plane_(shape[2] * shape[3]), count_(shape[0] * plane_), channel_(channel) {}

  std::int64_t count() const { return count_; }
  std::int64_t offset(std::int64_t i) const {
    return (i / plane_ * channels_ + channel_) * plane_ + i % plane_;
  }

 private:
  std::int64_t channels_;
  std::int64_t plane_;
  std::int64_t count_;
  std::int64_t channel_;
};

} // namespace

void compute(const BatchNormTraining& op, Inputs inputs, Outputs outputs) {
  const Shape& shape = inputs[0].shape();
  const Tensor& residual = inputs[3];
  visit_real(inputs[0].dtype(), [&]<class T>() {
    const T* x = inputs[0].data<T>().data();
    const T* w = inputs[1].data<T>().data();
    const T* b = inputs[2].data<T>().data();
    const T* r = residual.defined() ? residual.data<T>().data() : nullptr;
    T* y = outputs[0].mutable_data<T>().data();
    T* mean = outputs[1].mutable_data<T>().data();
    T* var = outputs[2].mutable_data<T>().data();
    for (std::int64_t c = 0; c < shape[1]; ++c) {
      const ChannelElements elements(shape, c);
      const Moments m =
          moments_of(elements.count(), [&](std::int64_t i) -> double { return x[elements.offset(i)]; });
      mean[c] = static_cast<T>(m.mean);
      var[c] = static_cast<T>(m.var);
      const double scale = w[c] / std::sqrt(m.var + op.eps);
      for (std::int64_t i = 0; i < elements.count(); ++i) {
        const std::int64_t at = elements.offset(i);
        const double normalised = (x[at] - m.mean) * scale + b[c];
        y[at] = static_cast<T>(activate(op.activation, r != nullptr ? normalised + r[at] : normalised));
      }
    }
  });
}

void compute(const BatchNormGradient& op, Inputs inputs, Outputs outputs) {
  const Shape& shape = inputs[0].shape();
  visit_real(inputs[0].dtype(), [&]<class T>() {
    const T* x = inputs[0].data<T>().data();
    const T* y = op.activation != Activation::none ? inputs[1].data<T>().data() : nullptr;
    const T* mean = inputs[2].data<T>().data();
    const T* var = inputs[3].data<T>().data();
    const T* w = inputs[4].data<T>().data();
    const T* g = inputs[5].data<T>().data();
    T* gx = outputs[0].mutable_data<T>().data();
    T* gw = outputs[1].mutable_data<T>().data();
    T* gb = outputs[2].mutable_data<T>().data();
    T* gr = op.residual ? outputs[3].mutable_data<T>().data() : nullptr;
    for (std::int64_t c = 0; c < shape[1]; ++c) {
      const ChannelElements elements(shape, c);
      const double rstd = 1 / std::sqrt(var[c] + op.eps);
      const auto normalised = [&](std::int64_t i) {
        return (x[elements.offset(i)] - static_cast<double>(mean[c])) * rstd;
      };
      // What comes back through the activation: nothing where it cut off.
      const auto gradient = [&](std::int64_t i) -> double {
        const std::int64_t at = elements.offset(i);
        return y != nullptr && y[at] <= 0 ? T(0) : g[at];
      };
      double weight_gradient = 0;
      double bias_gradient = 0;
      for (std::int64_t i = 0; i < elements.count(); ++i) {
        weight_gradient += gradient(i) * normalised(i);
        bias_gradient += gradient(i);
        if (gr != nullptr) gr[elements.offset(i)] = static_cast<T>(gradient(i));
      }
      gw[c] = static_cast<T>(weight_gradient);
      gb[c] = static_cast<T>(bias_gradient);
      back_through_moments(
          elements.count(), rstd, normalised, [&](std::int64_t i) { return gradient(i) * w[c]; },
          [&](std::int64_t i, double value) { gx[elements.offset(i)] = static_cast<T>(value); });
    }
  });
}

} // namespace mammo::reference
