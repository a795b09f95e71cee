#include "mammo/image/resize.hpp"

#include "mammo/core/error.hpp"
#include "mammo/core/log.hpp"
#include "mammo/core/threads.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <type_traits>
#include <vector>

namespace mammo::image {
namespace {

constexpr std::int64_t longest_side = 65536;

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

// The old pixels that one new pixel is made of, from `first` on.
struct Taps {
  std::int64_t first = 0;
  std::vector<float> weights;
};

std::vector<Taps> taps_for(std::int64_t old_size, std::int64_t new_size, const ResizeOptions& options) {
  const double step = static_cast<double>(old_size) / static_cast<double>(new_size);
  const double stretch = options.antialias || options.filter == ResizeFilter::box ? std::max(step, 1.0) : 1;
  const double reach = support_of(options.filter) * stretch + 0.5;
  std::vector<Taps> result(static_cast<std::size_t>(new_size));
  for (std::int64_t i = 0; i < new_size; ++i) {
    const double center = (static_cast<double>(i) + 0.5) * step;
    const auto first = std::max<std::int64_t>(0, static_cast<std::int64_t>(std::floor(center - reach)));
    const auto last = std::min(old_size, static_cast<std::int64_t>(std::ceil(center + reach)));
    std::vector<double> weights;
    double sum = 0;
    for (std::int64_t j = first; j < last; ++j) {
      weights.push_back(
          value_of(options.filter, (static_cast<double>(j) + 0.5 - center) / stretch, 1 / stretch));
      sum += weights.back();
    }
    Taps& taps = result[static_cast<std::size_t>(i)];
    const auto leading = std::ranges::find_if(weights, [](double w) { return w != 0; }) - weights.begin();
    taps.first = first + leading;
    for (auto w = weights.begin() + leading; w != weights.end(); ++w) {
      taps.weights.push_back(static_cast<float>(*w / sum));
    }
    while (taps.weights.back() == 0) taps.weights.pop_back();
  }
  return result;
}

template <class T>
T rounded(float value) {
  if constexpr (std::is_floating_point_v<T>) {
    return value;
  } else {
    const float largest = std::numeric_limits<T>::max();
    return static_cast<T>(std::clamp(value, 0.0F, largest - 0.5F) + 0.5F);
  }
}

template <class T>
void resize_as(const Tensor& picture, const std::vector<Taps>& rows, const std::vector<Taps>& columns,
               Tensor& result) {
  const std::int64_t old_width = picture.size(1);
  const auto new_width = static_cast<std::int64_t>(columns.size());
  const T* in = picture.data<T>().data();
  T* out = result.mutable_data<T>().data();
  parallel_for(0, static_cast<std::int64_t>(rows.size()), 8, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> line(static_cast<std::size_t>(old_width));
    for (std::int64_t y = begin; y < end; ++y) {
      const Taps& row = rows[static_cast<std::size_t>(y)];
      std::ranges::fill(line, 0.0F);
      for (std::size_t k = 0; k < row.weights.size(); ++k) {
        const T* from = in + (row.first + static_cast<std::int64_t>(k)) * old_width;
        const float weight = row.weights[k];
        for (std::size_t x = 0; x < line.size(); ++x) line[x] += weight * static_cast<float>(from[x]);
      }
      for (std::int64_t x = 0; x < new_width; ++x) {
        const Taps& column = columns[static_cast<std::size_t>(x)];
        const float* from = line.data() + column.first;
        float sum = 0;
        for (std::size_t k = 0; k < column.weights.size(); ++k) sum += column.weights[k] * from[k];
        out[y * new_width + x] = rounded<T>(sum);
      }
    }
  });
}

} // namespace

Resized resize(const Tensor& picture, std::int64_t height, std::int64_t width, const ResizeOptions& options) {
  require<ShapeError>(picture.defined() && picture.rank() == 2 && picture.numel() > 0,
                      "resize: a picture of shape ", picture.defined() ? picture.shape() : Shape{},
                      ", expected [H, W] with at least one pixel");
  require<ArgumentError>(height >= 1 && width >= 1 && height <= longest_side && width <= longest_side,
                         "resize: new size ", height, " x ", width, ", expected 1 to ", longest_side);
  const Tensor source = picture.contiguous();
  const std::vector<Taps> rows = taps_for(source.size(0), height, options);
  const std::vector<Taps> columns = taps_for(source.size(1), width, options);
  Resized result;
  result.picture = Tensor::empty({height, width}, {.dtype = source.dtype()});
  result.to_new = AffineTransform::scaling(static_cast<double>(width) / static_cast<double>(source.size(1)),
                                           static_cast<double>(height) / static_cast<double>(source.size(0)));
  switch (source.dtype()) {
  case DType::u8: resize_as<std::uint8_t>(source, rows, columns, result.picture); break;
  case DType::u16: resize_as<std::uint16_t>(source, rows, columns, result.picture); break;
  case DType::f32: resize_as<float>(source, rows, columns, result.picture); break;
  default: throw TypeError(concat("resize: a picture of ", source.dtype(), ", expected u8, u16 or f32"));
  }
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
