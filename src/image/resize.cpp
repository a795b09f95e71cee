#include "mammo/image/resize.hpp"

#include "image/geometry_kernels.hpp"
#include "mammo/core/error.hpp"
#include "mammo/core/log.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace mammo::image {
namespace {

double support_of(ResizeFilter filter) {
  switch (filter) {
  case ResizeFilter::box: return 0.5;
  case ResizeFilter::bilinear: return 1;
  case ResizeFilter::lanczos: break;
  }
  return 3;
}

double sinc(double x) {
  const double t = std::numbers::pi * x;
  return x == 0 ? 1 : std::sin(t) / t;
}

// The part of old pixel [x - width/2, x + width/2] that a box of one around 0 covers, so that a box filter is
// exact for pixels that it cuts.
double covered(double x, double width) {
  return std::max(0.0, std::min(x + width / 2, 0.5) - std::max(x - width / 2, -0.5));
}

double value_of(ResizeFilter filter, double x, double pixel) {
  switch (filter) {
  case ResizeFilter::box: return covered(x, pixel);
  case ResizeFilter::bilinear: return std::max(0.0, 1 - std::abs(x));
  case ResizeFilter::lanczos: break;
  }
  return std::abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0;
}

// The old pixels from `first` on that one new pixel is made of.
struct PixelTaps {
  std::int64_t first = 0;
  std::vector<float> weights;
};

PixelTaps pixel_taps(std::int64_t i, std::int64_t old_size, double step, double stretch,
                     ResizeFilter filter) {
  const double reach = support_of(filter) * stretch + 0.5;
  const double center = (static_cast<double>(i) + 0.5) * step;
  const auto first = std::max<std::int64_t>(0, static_cast<std::int64_t>(std::floor(center - reach)));
  const auto last = std::min(old_size, static_cast<std::int64_t>(std::ceil(center + reach)));
  std::vector<double> weights;
  double sum = 0;
  for (std::int64_t j = first; j < last; ++j) {
    weights.push_back(value_of(filter, (static_cast<double>(j) + 0.5 - center) / stretch, 1 / stretch));
    sum += weights.back();
  }
  const auto leading = std::ranges::find_if(weights, [](double w) { return w != 0; }) - weights.begin();
  PixelTaps taps{first + leading, {}};
  for (auto w = weights.begin() + leading; w != weights.end(); ++w) {
    taps.weights.push_back(static_cast<float>(*w / sum));
  }
  while (taps.weights.back() == 0) taps.weights.pop_back();
  return taps;
}

ResizeTaps taps_for(std::int64_t old_size, std::int64_t new_size, const ResizeOptions& options) {
  const double step = static_cast<double>(old_size) / static_cast<double>(new_size);
  const double stretch = options.antialias || options.filter == ResizeFilter::box ? std::max(step, 1.0) : 1;
  std::vector<PixelTaps> pixels;
  ResizeTaps result;
  for (std::int64_t i = 0; i < new_size; ++i) {
    pixels.push_back(pixel_taps(i, old_size, step, stretch, options.filter));
    result.taps = std::max(result.taps, static_cast<std::int64_t>(pixels.back().weights.size()));
  }
  // All of one length, the shorter ones with weights of 0.
  result.weights.resize(static_cast<std::size_t>(result.taps * new_size));
  for (std::int64_t i = 0; i < new_size; ++i) {
    const PixelTaps& taps = pixels[static_cast<std::size_t>(i)];
    const std::int64_t start = std::min(taps.first, old_size - result.taps);
    result.starts.push_back(static_cast<std::int32_t>(start));
    for (std::size_t k = 0; k < taps.weights.size(); ++k) {
      const std::int64_t tap = taps.first - start + static_cast<std::int64_t>(k);
      result.weights[static_cast<std::size_t>(tap * new_size + i)] = taps.weights[k];
    }
  }
  return result;
}

} // namespace

Resized resize(const Tensor& picture, std::int64_t height, std::int64_t width, const ResizeOptions& options) {
  require<ShapeError>(picture.defined() && picture.rank() == 2 && picture.numel() > 0,
                      "resize: a picture of shape ", picture.defined() ? picture.shape() : Shape{},
                      ", expected [H, W] with at least one pixel");
  require<ArgumentError>(height >= 1 && width >= 1 && height <= longest_side && width <= longest_side,
                         "resize: new size ", height, " x ", width, ", expected 1 to ", longest_side);
  const Tensor source = picture.contiguous();
  Resized result;
  result.picture = Tensor::empty({height, width}, {.dtype = source.dtype()});
  result.to_new = AffineTransform::scaling(static_cast<double>(width) / static_cast<double>(source.size(1)),
                                           static_cast<double>(height) / static_cast<double>(source.size(0)));
  kernels::resize(source, taps_for(source.size(0), height, options), taps_for(source.size(1), width, options),
                  result.picture);
  return result;
}

Resized resample_to_spacing(const Tensor& picture, const FilmMetadata& metadata, double mm_per_pixel,
                            double guessed_mm, const ResizeOptions& options) {
  require<ShapeError>(picture.defined() && picture.rank() == 2, "resample_to_spacing: expected [H, W]");
  require<ArgumentError>(
      mm_per_pixel > 0 && std::isfinite(mm_per_pixel) && guessed_mm > 0 && std::isfinite(guessed_mm),
      "resample_to_spacing: to ", mm_per_pixel, " mm a pixel, guess ", guessed_mm, ", expected both above 0");
  const PixelSpacing spacing =
      metadata.pixel_spacing.value_or(PixelSpacing{guessed_mm, guessed_mm, "guessed"});
  require<ArgumentError>(spacing.row_mm > 0 && spacing.column_mm > 0 && std::isfinite(spacing.row_mm) &&
                             std::isfinite(spacing.column_mm),
                         "resample_to_spacing: the film's pixels are ", spacing.row_mm, " x ",
                         spacing.column_mm, " mm, expected both above 0");
  const auto length = [&](std::int64_t pixels, double mm) {
    const double wanted = std::clamp(static_cast<double>(pixels) * mm / mm_per_pixel, 1.0, 1e9);
    return std::llrint(wanted);
  };
  Resized result = resize(picture, length(picture.size(0), spacing.row_mm),
                          length(picture.size(1), spacing.column_mm), options);
  result.mm_per_pixel = mm_per_pixel;
  if (!metadata.pixel_spacing) {
    result.warning = concat("pixel spacing unknown, ", guessed_mm, " mm guessed");
    result.mm_per_pixel = 0;
  } else if (spacing.attribute == "ImagerPixelSpacing") {
    result.warning = "pixel spacing is the detector's; the breast's is smaller by an unknown magnification";
  }
  if (!result.warning.empty()) log(LogLevel::warning, result.warning);
  return result;
}

} // namespace mammo::image
