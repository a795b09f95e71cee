#include "mammo/image/glcm.hpp"

#include "mammo/core/error.hpp"

#include <algorithm>
#include <cmath>

namespace mammo::image {
namespace {

template <class T>
void count_pairs(const Tensor& picture, std::int64_t down, std::int64_t right, const GlcmOptions& options,
                 double* counts) {
  const T* pixels = picture.data<T>().data();
  const std::int64_t height = picture.size(0);
  const std::int64_t width = picture.size(1);
  const std::int64_t levels = options.levels;
  for (std::int64_t i = 0; i < height * width; ++i) {
    require<ArgumentError>(pixels[i] < levels, "glcm: a pixel of level ", int{pixels[i]}, ", expected below ",
                           levels);
  }
  for (std::int64_t y = std::max<std::int64_t>(0, -down); y < std::min(height, height - down); ++y) {
    for (std::int64_t x = std::max<std::int64_t>(0, -right); x < std::min(width, width - right); ++x) {
      const std::int64_t i = pixels[y * width + x];
      const std::int64_t j = pixels[(y + down) * width + x + right];
      ++counts[i * levels + j];
      if (options.symmetric) ++counts[j * levels + i];
    }
  }
}

} // namespace

Tensor glcm(const Tensor& picture, const GlcmOptions& options) {
  require<ShapeError>(picture.defined() && picture.rank() == 2 && picture.numel() > 0,
                      "glcm: a picture of shape ", picture.defined() ? picture.shape() : Shape{},
                      ", expected [H, W] with at least one pixel");
  require<TypeError>(picture.dtype() == DType::u8 || picture.dtype() == DType::u16, "glcm: a picture of ",
                     picture.dtype(), ", expected u8 or u16");
  require<ArgumentError>(options.levels >= 2 && options.levels <= 4096, "glcm: ", options.levels,
                         " levels, expected 2 to 4096");
  require<ArgumentError>(options.distance > 0 && options.distance <= 65536 && std::isfinite(options.angle),
                         "glcm: distance ", options.distance, ", angle ", options.angle,
                         ", expected a distance above 0 and at most 65536");
  Tensor matrix = Tensor::zeros({options.levels, options.levels}, {.dtype = DType::f64});
  const Tensor source = picture.contiguous();
  const std::int64_t down = std::llround(options.distance * std::sin(options.angle));
  const std::int64_t right = std::llround(options.distance * std::cos(options.angle));
  const auto counts = matrix.mutable_data<double>();
  if (source.dtype() == DType::u8) {
    count_pairs<std::uint8_t>(source, down, right, options, counts.data());
  } else {
    count_pairs<std::uint16_t>(source, down, right, options, counts.data());
  }
  double total = 0;
  for (const double count : counts) total += count;
  if (total > 0) {
    for (double& count : counts) count /= total;
  }
  return matrix;
}

GlcmFeatures glcm_features(const Tensor& matrix) {
  require<ShapeError>(matrix.defined() && matrix.rank() == 2 && matrix.size(0) == matrix.size(1),
                      "glcm_features: expected a square matrix");
  const Tensor dense = matrix.contiguous();
  const auto p = dense.data<double>();
  const std::int64_t levels = matrix.size(0);
  const auto each = [&](const auto& visit) {
    for (std::int64_t i = 0; i < levels; ++i) {
      for (std::int64_t j = 0; j < levels; ++j) {
        visit(p[static_cast<std::size_t>(i * levels + j)], static_cast<double>(i), static_cast<double>(j));
      }
    }
  };
  GlcmFeatures f;
  double mean_i = 0;
  double mean_j = 0;
  each([&](double value, double i, double j) {
    f.contrast += value * (i - j) * (i - j);
    f.dissimilarity += value * std::abs(i - j);
    f.homogeneity += value / (1 + (i - j) * (i - j));
    f.asm_ += value * value;
    if (value > 0) f.entropy -= value * std::log(value);
    mean_i += value * i;
    mean_j += value * j;
  });
  f.energy = std::sqrt(f.asm_);
  double variance_i = 0;
  double variance_j = 0;
  double covariance = 0;
  each([&](double value, double i, double j) {
    variance_i += value * (i - mean_i) * (i - mean_i);
    variance_j += value * (j - mean_j) * (j - mean_j);
    covariance += value * (i - mean_i) * (j - mean_j);
  });
  const double deviations = std::sqrt(variance_i) * std::sqrt(variance_j);
  f.correlation = std::min(variance_i, variance_j) < 1e-30 ? 1 : covariance / deviations;
  return f;
}

} // namespace mammo::image
