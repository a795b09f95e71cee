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

Point centroid_of_largest(const Tensor& map, double fraction) {
  require<ShapeError>(map.rank() == 2, "centroid_of_largest: map ", map.shape(), ", expected [H, W]");
  require<ArgumentError>(fraction > 0 && fraction <= 1, "centroid_of_largest: a fraction of ", fraction,
                         ", expected above 0 and up to 1");
  const Tensor plain = detach(map).plain().to(DType::f32);
  const auto values = plain.data<float>();
  std::vector<std::size_t> above;
  for (std::size_t i = 0; i < values.size(); ++i) {
    require<ArgumentError>(!std::isnan(values[i]), "centroid_of_largest: element ", i, " is NaN");
    if (values[i] > 0) above.push_back(i);
  }
  require<ArgumentError>(!above.empty(), "centroid_of_largest: no element of the map is above 0");
  const auto wanted = static_cast<std::size_t>(std::ceil(fraction * static_cast<double>(values.size())));
  const std::size_t count = std::min(wanted, above.size());
  // By place among equals, so that the set does not depend on the algorithm.
  const auto larger = [&](std::size_t a, std::size_t b) {
    return values[a] > values[b] || (values[a] == values[b] && a < b);
  };
  std::ranges::nth_element(above, above.begin() + static_cast<std::ptrdiff_t>(count - 1), larger);
  const auto width = static_cast<std::size_t>(plain.size(1));
  Point sum;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t row = above[i] / width;
    sum.x += static_cast<double>(above[i] - row * width) + 0.5;
    sum.y += static_cast<double>(row) + 0.5;
  }
  return {sum.x / static_cast<double>(count), sum.y / static_cast<double>(count)};
}

} // namespace mammo::explain
