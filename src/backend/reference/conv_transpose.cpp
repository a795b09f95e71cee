#include "backend/reference/reference.hpp"
#include "mammo/core/threads.hpp"

namespace mammo::reference {
namespace {

// Which of the pixels of x has `at` under tap `tap` of its window, if one has: at = pixel stride - padding +
// tap dilation.
bool find_source(std::int64_t at, std::int64_t tap, std::int64_t stride, std::int64_t padding,
                 std::int64_t dilation, std::int64_t size, std::int64_t& pixel) {
  const std::int64_t start = at + padding - tap * dilation;
  if (start < 0 || start % stride != 0) return false;
  pixel = start / stride;
  return pixel < size;
}

// Channel c of picture n of the result: each of its pixels gathers what the pixels of x would spread to it.
template <class T>
void spread_plane(const ConvTranspose2d& op, const Tensor& x, const Tensor& w, std::int64_t n, std::int64_t c,
                  double bias, T* y) {
  const std::int64_t height = x.size(2);
  const std::int64_t width = x.size(3);
  const std::int64_t group_channels = w.size(1);
  const std::int64_t kernel_height = w.size(2);
  const std::int64_t kernel_width = w.size(3);
  const std::int64_t group_features = x.size(1) / op.groups;
  const std::int64_t first_feature = c / group_channels * group_features;
  const T* picture = x.data<T>().data() + (n * x.size(1) + first_feature) * height * width;
  const T* weights = w.data<T>().data() +
                     (first_feature * group_channels + c % group_channels) * kernel_height * kernel_width;

  for (std::int64_t h = 0; h < op.output.height; ++h) {
    for (std::int64_t v = 0; v < op.output.width; ++v) {
      double sum = bias;
      for (std::int64_t i = 0; i < kernel_height; ++i) {
        std::int64_t row = 0;
        if (!find_source(h, i, op.stride.height, op.padding.height, op.dilation.height, height, row))
          continue;
        for (std::int64_t j = 0; j < kernel_width; ++j) {
          std::int64_t column = 0;
          if (!find_source(v, j, op.stride.width, op.padding.width, op.dilation.width, width, column))
            continue;
          for (std::int64_t o = 0; o < group_features; ++o) {
            sum += static_cast<double>(picture[(o * height + row) * width + column]) *
                   weights[(o * group_channels * kernel_height + i) * kernel_width + j];
          }
        }
      }
      y[h * op.output.width + v] = static_cast<T>(sum);
    }
  }
}

} // namespace

void compute(const ConvTranspose2d& op, Inputs inputs, Outputs outputs) {
  const Tensor& x = inputs[0];
  const Tensor& bias = inputs[2];
  const Shape out = outputs[0].shape();
  visit_real(x.dtype(), [&]<class T>() {
    T* y = outputs[0].mutable_data<T>().data();
    const T* b = bias.defined() ? bias.data<T>().data() : nullptr;
    parallel_for(0, out[0] * out[1], 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t i = first; i < last; ++i) {
        const std::int64_t c = i % out[1];
        spread_plane<T>(op, x, inputs[1], i / out[1], c, b != nullptr ? b[c] : 0.0, y + i * out[2] * out[3]);
      }
    });
  });
}

} // namespace mammo::reference
