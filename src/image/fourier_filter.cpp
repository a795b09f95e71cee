#include "image/fourier_filter.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <opencv2/core.hpp>

namespace mammo::image {
namespace {

// Beyond this many standard deviations a Gaussian is below 1e-8 of its peak.
constexpr double reach_in_sigmas = 6.1;

// The transform of the Gaussian that is sigma wide along its axis and sigma / slant across, at a distance
// from its middle in Fourier space.
class FourierGaussian {
 public:
  explicit FourierGaussian(const GaborFilter& gabor)
      : along_(gabor.sigma),
        across_(gabor.sigma / gabor.slant),
        cosine_(std::cos(gabor.angle)),
        sine_(std::sin(gabor.angle)) {}

  double at(double row, double column) const {
    const double u = (row * cosine_ + column * sine_) * along_;
    const double v = (column * cosine_ - row * sine_) * across_;
    // kymatio divides by 3.1415 where the Gaussian's integral has pi.
    return std::numbers::pi / 3.1415 * std::exp(-(u * u + v * v) / 2);
  }

  // Standard deviations along the two axes.
  double rows() const { return std::hypot(cosine_ / along_, sine_ / across_); }
  double columns() const { return std::hypot(sine_ / along_, cosine_ / across_); }

 private:
  double along_;
  double across_;
  double cosine_;
  double sine_;
};

struct Range {
  std::int64_t first;
  std::int64_t last;
};

// The frequencies of `size` around `middle` (radians); all of them where the period cuts the range.
Range frequencies(double middle, double deviation, std::int64_t size) {
  const double step = 2 * std::numbers::pi / static_cast<double>(size);
  const std::int64_t half = size / 2;
  const auto first = static_cast<std::int64_t>(std::floor((middle - reach_in_sigmas * deviation) / step));
  const auto last = static_cast<std::int64_t>(std::ceil((middle + reach_in_sigmas * deviation) / step)) + 1;
  return first < -half || last > size - half ? Range{-half, size - half} : Range{first, last};
}

std::int64_t wrapped(std::int64_t frequency, std::int64_t size) {
  return frequency < 0 ? frequency + size : frequency;
}

cv::Mat complex_view(const Tensor& spectrum) {
  return {static_cast<int>(spectrum.size(0)), static_cast<int>(spectrum.size(1)), CV_32FC2,
          const_cast<float*>(spectrum.data<float>().data())};
}

Tensor transformed(const cv::Mat& in, std::int64_t height, std::int64_t width, int flags) {
  Tensor result = Tensor::empty({height, width, 2});
  cv::Mat out(static_cast<int>(height), static_cast<int>(width), CV_32FC2,
              result.mutable_data<float>().data());
  cv::dft(in, out, flags);
  return result;
}

} // namespace

detail::FourierPatch fourier_filter(const GaborFilter& gabor, std::int64_t height, std::int64_t width) {
  const FourierGaussian gaussian(gabor);
  const double middle_row = gabor.frequency * std::cos(gabor.angle);
  const double middle_column = gabor.frequency * std::sin(gabor.angle);
  // Sampling in space makes the transform periodic: what lies a period away counts, too.
  const auto sum = [&](double row, double column) {
    constexpr double period = 2 * std::numbers::pi;
    double total = 0;
    for (int i = -2; i <= 2; ++i) {
      for (int j = -2; j <= 2; ++j) total += gaussian.at(row + period * i, column + period * j);
    }
    return total;
  };
  const double share =
      gabor.frequency == 0 ? 0 : sum(-middle_row, -middle_column) / sum(0, 0); // of the Gaussian taken off
  Range rows = frequencies(middle_row, gaussian.rows(), height);
  Range columns = frequencies(middle_column, gaussian.columns(), width);
  if (share > 1e-8) { // around 0, too
    const Range low_rows = frequencies(0, gaussian.rows(), height);
    const Range low_columns = frequencies(0, gaussian.columns(), width);
    rows = {std::min(rows.first, low_rows.first), std::max(rows.last, low_rows.last)};
    columns = {std::min(columns.first, low_columns.first), std::max(columns.last, low_columns.last)};
  }
  detail::FourierPatch patch{rows.first, columns.first,
                             Tensor::empty({rows.last - rows.first, columns.last - columns.first})};
  float* value = patch.values.mutable_data<float>().data();
  for (std::int64_t r = rows.first; r < rows.last; ++r) {
    const double row = 2 * std::numbers::pi * static_cast<double>(r) / static_cast<double>(height);
    for (std::int64_t c = columns.first; c < columns.last; ++c) {
      const double column = 2 * std::numbers::pi * static_cast<double>(c) / static_cast<double>(width);
      const double gaussian_alone = share == 0 ? 0 : share * sum(row, column);
      *value++ = static_cast<float>(sum(row - middle_row, column - middle_column) - gaussian_alone);
    }
  }
  return patch;
}

Tensor filtered(const Tensor& spectrum, const detail::FourierPatch& filter, std::int64_t step) {
  const std::int64_t height = spectrum.size(0);
  const std::int64_t width = spectrum.size(1);
  const std::int64_t new_width = width / step;
  Tensor result = Tensor::zeros({height / step, new_width, 2});
  const float* in = spectrum.data<float>().data();
  float* out = result.mutable_data<float>().data();
  const float* values = filter.values.data<float>().data();
  const auto share = 1 / static_cast<float>(step * step);
  // A spectrum of fewer pixels holds the lower frequencies alone.
  const std::int64_t first_row = std::max(filter.top, -(height / 2));
  const std::int64_t last_row = std::min(filter.top + filter.values.size(0), height - height / 2);
  const std::int64_t first_column = std::max(filter.left, -(width / 2));
  const std::int64_t last_column = std::min(filter.left + filter.values.size(1), width - width / 2);
  for (std::int64_t r = first_row; r < last_row; ++r) {
    const float* value = values + (r - filter.top) * filter.values.size(1) - filter.left;
    const std::int64_t row = wrapped(r, height);
    const float* from = in + 2 * row * width;
    float* to = out + 2 * (row % (height / step)) * new_width;
    for (std::int64_t c = first_column; c < last_column; ++c) {
      const std::int64_t column = wrapped(c, width);
      const std::int64_t folded = column % new_width;
      const float weight = value[c] * share;
      to[2 * folded] += weight * from[2 * column];
      to[2 * folded + 1] += weight * from[2 * column + 1];
    }
  }
  return result;
}

Tensor spectrum_of(const Tensor& picture) {
  const cv::Mat in(static_cast<int>(picture.size(0)), static_cast<int>(picture.size(1)), CV_32F,
                   const_cast<float*>(picture.data<float>().data()));
  return transformed(in, picture.size(0), picture.size(1), cv::DFT_COMPLEX_OUTPUT);
}

Tensor modulus_of(const Tensor& spectrum) {
  const Tensor waves = transformed(complex_view(spectrum), spectrum.size(0), spectrum.size(1),
                                   cv::DFT_INVERSE | cv::DFT_SCALE);
  Tensor result = Tensor::empty({spectrum.size(0), spectrum.size(1)});
  const float* in = waves.data<float>().data();
  for (float& value : result.mutable_data<float>()) {
    value = std::sqrt(in[0] * in[0] + in[1] * in[1]);
    in += 2;
  }
  return result;
}

Tensor picture_of(const Tensor& spectrum) {
  const Tensor waves = transformed(complex_view(spectrum), spectrum.size(0), spectrum.size(1),
                                   cv::DFT_INVERSE | cv::DFT_SCALE);
  Tensor result = Tensor::empty({spectrum.size(0), spectrum.size(1)});
  const float* in = waves.data<float>().data();
  for (float& value : result.mutable_data<float>()) {
    value = *in;
    in += 2;
  }
  return result;
}

} // namespace mammo::image
