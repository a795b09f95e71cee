#include "backend/reference/reference.hpp"
#include "mammo/core/threads.hpp"

namespace mammo::reference {
namespace {

// Output channel o of picture n: each pixel is the sum, over the channels of its group and the taps of the
// kernel, of weight times the pixel under the tap. Taps outside the picture see zeros.
template <class T>
void convolve_plane(const Conv2d& op, const Tensor& x, const Tensor& w, std::int64_t n, std::int64_t o,
                    double bias, const T* residual, T* y, const Shape& out) {
  const std::int64_t channels = x.size(1);
  const std::int64_t height = x.size(2);
  const std::int64_t width = x.size(3);
  const std::int64_t group_channels = w.size(1);
  const std::int64_t kernel_height = w.size(2);
  const std::int64_t kernel_width = w.size(3);
  const std::int64_t first_channel = o / (out[1] / op.groups) * group_channels;
  const T* picture = x.data<T>().data() + (n * channels + first_channel) * height * width;
  const T* weights = w.data<T>().data() + o * group_channels * kernel_height * kernel_width;

  for (std::int64_t row = 0; row < out[2]; ++row) {
    for (std::int64_t column = 0; column < out[3]; ++column) {
      double sum = bias;
      for (std::int64_t c = 0; c < group_channels; ++c) {
        for (std::int64_t i = 0; i < kernel_height; ++i) {
          const std::int64_t h = row * op.stride.height - op.padding.height + i * op.dilation.height;
          if (h < 0 || h >= height) continue;
          for (std::int64_t j = 0; j < kernel_width; ++j) {
            const std::int64_t v = column * op.stride.width - op.padding.width + j * op.dilation.width;
            if (v < 0 || v >= width) continue;
            sum += static_cast<double>(picture[(c * height + h) * width + v]) *
                   weights[(c * kernel_height + i) * kernel_width + j];
          }
        }
      }
      const std::int64_t pixel = row * out[3] + column;
      if (residual != nullptr) sum += residual[pixel];
      y[pixel] = static_cast<T>(activate(op.activation, sum));
    }
  }
}

} // namespace

void compute(const Conv2d& op, Inputs inputs, Outputs outputs) {
  const Tensor& x = inputs[0];
  const Tensor& w = inputs[1];
  const Tensor& bias = inputs[2];
  const Tensor& residual = inputs[3];
  const Shape out = outputs[0].shape();
  const std::int64_t plane = out[2] * out[3];
  visit_real(x.dtype(), [&]<class T>() {
    T* y = outputs[0].mutable_data<T>().data();
    const T* b = bias.defined() ? bias.data<T>().data() : nullptr;
    const T* r = residual.defined() ? residual.data<T>().data() : nullptr;
    parallel_for(0, out[0] * out[1], 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t i = first; i < last; ++i) {
        const std::int64_t o = i % out[1];
        convolve_plane<T>(op, x, w, i / out[1], o, b != nullptr ? b[o] : 0.0,
                          r != nullptr ? r + i * plane : nullptr, y + i * plane, out);
      }
    });
  });
}

} // namespace mammo::reference
