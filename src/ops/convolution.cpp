#include "mammo/ops/convolution.hpp"

#include "mammo/ops/autograd.hpp"
#include "mammo/ops/evaluate.hpp"

#include <array>

namespace mammo {
namespace {

// Whether a weight will have changed by its next use.
bool is_trained(const Tensor& weight) {
  return is_recording(std::array{weight});
}

} // namespace

Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv2d& options,
              const Tensor& residual) {
  Conv2d operation = options;
  operation.keep_packed = options.keep_packed && !is_trained(weight);
  return evaluate_one(operation, std::array{x, weight, bias, residual});
}

Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const ConvTransposeOptions& options) {
  require<ShapeError>(x.rank() == 4 && weight.rank() == 4, "conv_transpose2d: x ", x.shape(), " and weight ",
                      weight.shape(), ", expected [N, O, H, W] and [O, C / groups, KH, KW]");
  const auto size = [](std::int64_t in, std::int64_t kernel, std::int64_t stride, std::int64_t padding,
                       std::int64_t dilation, std::int64_t rest) {
    require<ArgumentError>(rest >= 0 && rest < stride, "conv_transpose2d: output padding ", rest,
                           ", expected 0 to ", stride - 1);
    return (in - 1) * stride - 2 * padding + dilation * (kernel - 1) + rest + 1;
  };
  const auto& [stride, padding, rest, dilation, groups] = options;
  const Size2d output(
      size(x.size(2), weight.size(2), stride.height, padding.height, dilation.height, rest.height),
      size(x.size(3), weight.size(3), stride.width, padding.width, dilation.width, rest.width));
  return evaluate_one(ConvTranspose2d{output, stride, padding, dilation, groups, !is_trained(weight)},
                      std::array{x, weight, bias});
}

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias, const Linear& options) {
  Linear operation = options;
  operation.keep_packed = options.keep_packed && !is_trained(weight);
  return evaluate_one(operation, std::array{x, weight, bias});
}

Tensor matmul(const Tensor& a, const Tensor& b, const MatMul& options) {
  return evaluate_one(options, std::array{a, b});
}

} // namespace mammo
