#include "mammo/explain/map.hpp"

#include "mammo/ops/autograd.hpp"
#include "mammo/ops/convolution.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace mammo::explain {
namespace {

std::vector<float> gaussian(double sigma) {
  const auto radius = static_cast<std::int64_t>(std::ceil(3 * sigma));
  std::vector<double> weights;
  double total = 0;
  for (std::int64_t i = -radius; i <= radius; ++i) {
    const double far = static_cast<double>(i) / sigma;
    weights.push_back(std::exp(-far * far / 2));
    total += weights.back();
  }
  std::vector<float> kernel;
  for (const double weight : weights) kernel.push_back(static_cast<float>(weight / total));
  return kernel;
}

} // namespace

Tensor blurred(const Tensor& map, double sigma) {
  require<ShapeError>(map.rank() == 2, "blurred: map ", map.shape(), ", expected [H, W]");
  require<ArgumentError>(sigma >= 0 && sigma <= 100, "blurred: sigma ", sigma, " pixels, expected 0 to 100");
  const Tensor plain = detach(map).plain().to(DType::f32);
  if (sigma < 1e-6) return plain.clone();
  const NoGrad off;
  const std::vector<float> kernel = gaussian(sigma);
  const auto length = static_cast<std::int64_t>(kernel.size());
  const Tensor down = Tensor::from(kernel, {1, 1, length, 1});
  const Tensor along = Tensor::from(kernel, {1, 1, 1, length});
  Tensor y = plain.reshape({1, 1, plain.size(0), plain.size(1)});
  y = conv2d(y, down, {}, {.padding = {length / 2, 0}});
  y = conv2d(y, along, {}, {.padding = {0, length / 2}});
  return y.plain().reshape(plain.shape());
}

Peak peak_of(const Tensor& map) {
  require<ShapeError>(map.rank() == 2 && map.numel() > 0, "peak_of: map ", map.shape(),
                      ", expected [H, W], not empty");
  const Tensor plain = detach(map).plain().to(DType::f32);
  const auto values = plain.data<float>();
  const auto place = std::ranges::max_element(values) - values.begin();
  return {.row = place / plain.size(1),
          .column = place % plain.size(1),
          .value = values[static_cast<std::size_t>(place)]};
}

} // namespace mammo::explain
