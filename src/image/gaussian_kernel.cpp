#include "image/gaussian_kernel.hpp"

#include <cmath>

namespace mammo::image {

std::vector<double> gaussian_density(double sigma, std::int64_t radius) {
  std::vector<double> density;
  double total = 0;
  for (std::int64_t i = -radius; i <= radius; ++i) {
    const double z = static_cast<double>(i) / sigma;
    density.push_back(std::exp(-0.5 * z * z));
    total += density.back();
  }
  for (double& value : density) value /= total;
  return density;
}

std::vector<std::uint16_t> gaussian_256ths(double sigma, std::int64_t radius) {
  const std::vector<double> density = gaussian_density(sigma, radius);
  std::vector<std::uint16_t> kernel(density.size());
  double error = 0;
  int given = 0;
  const auto middle = static_cast<std::size_t>(radius);
  for (std::size_t i = 0; i < middle; ++i) {
    const double wanted = density[i] * 256 + error;
    const auto weight = static_cast<int>(std::lrint(wanted));
    error = wanted - weight;
    kernel[i] = kernel[kernel.size() - 1 - i] = static_cast<std::uint16_t>(weight);
    given += 2 * weight;
  }
  kernel[middle] = static_cast<std::uint16_t>(256 - given);
  return kernel;
}

} // namespace mammo::image
