#include "backend/reference/reference.hpp"
#include "mammo/core/threads.hpp"

namespace mammo::reference {
namespace {

// The gradient of tap (i, j) of a weight that joins channel c of x to feature o: the sum, over all pixels of
// g, of the pixel times what lay under the tap there.
template <class T>
double tap_gradient(const ConvWeightGradient& op, const Tensor& x, const Tensor& g, std::int64_t o,
                    std::int64_t c, std::int64_t i, std::int64_t j) {
  const std::int64_t height = x.size(2);
  const std::int64_t width = x.size(3);
  const T* pictures = x.data<T>().data();
  const T* gradients = g.data<T>().data();
  double sum = 0;
  for (std::int64_t n = 0; n < x.size(0); ++n) {
    const T* picture = pictures + (n * x.size(1) + c) * height * width;
    const T* gradient = gradients + (n * g.size(1) + o) * g.size(2) * g.size(3);
    for (std::int64_t row = 0; row < g.size(2); ++row) {
      const std::int64_t h = row * op.stride.height - op.padding.height + i * op.dilation.height;
      if (h < 0 || h >= height) continue;
      for (std::int64_t column = 0; column < g.size(3); ++column) {
        const std::int64_t v = column * op.stride.width - op.padding.width + j * op.dilation.width;
        if (v < 0 || v >= width) continue;
        sum += static_cast<double>(gradient[row * g.size(3) + column]) * picture[h * width + v];
      }
    }
  }
  return sum;
}

template <class T>
void sum_features(const Tensor& g, T* sums) {
  const std::int64_t plane = g.size(2) * g.size(3);
  const T* gradients = g.data<T>().data();
  for (std::int64_t o = 0; o < g.size(1); ++o) {
    double sum = 0;
    for (std::int64_t n = 0; n < g.size(0); ++n) {
      const T* gradient = gradients + (n * g.size(1) + o) * plane;
      for (std::int64_t pixel = 0; pixel < plane; ++pixel) sum += gradient[pixel];
    }
    sums[o] = static_cast<T>(sum);
  }
}

} // namespace

void compute(const ConvWeightGradient& op, Inputs inputs, Outputs outputs) {
  const Tensor& x = inputs[0];
  const Tensor& g = inputs[1];
  const std::int64_t group_channels = outputs[0].size(1);
  const std::int64_t group_features = g.size(1) / op.groups;
  visit_real(x.dtype(), [&]<class T>() {
    T* gradient = outputs[0].mutable_data<T>().data();
    const std::int64_t taps = op.kernel.height * op.kernel.width;
    parallel_for(0, g.size(1) * group_channels, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t index = first; index < last; ++index) {
        const std::int64_t o = index / group_channels;
        const std::int64_t c = o / group_features * group_channels + index % group_channels;
        for (std::int64_t tap = 0; tap < taps; ++tap) {
          gradient[index * taps + tap] =
              static_cast<T>(tap_gradient<T>(op, x, g, o, c, tap / op.kernel.width, tap % op.kernel.width));
        }
      }
    });
    if (op.bias) sum_features(g, outputs[1].mutable_data<T>().data());
  });
}

} // namespace mammo::reference
