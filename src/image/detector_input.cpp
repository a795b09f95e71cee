#include "mammo/image/detector_input.hpp"

#include "image/grey.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace mammo::image {
namespace {

using Histogram = std::array<std::int64_t, 256>;

// The level of the pixel of that rank among those counted, ranks from 0.
double level_of_rank(const Histogram& count, std::int64_t rank) {
  std::int64_t seen = 0;
  for (std::size_t level = 0; level < count.size(); ++level) {
    seen += count[level];
    if (rank < seen) return static_cast<double>(level);
  }
  return 255;
}

double percentile(const Histogram& count, double percent) {
  std::int64_t pixels = 0;
  for (const std::int64_t n : count) pixels += n;
  if (pixels == 0) return 0;
  const double position = percent / 100 * static_cast<double>(pixels - 1);
  const auto rank = static_cast<std::int64_t>(position);
  const double lower = level_of_rank(count, rank);
  const double upper = level_of_rank(count, std::min(rank + 1, pixels - 1));
  return lower + (upper - lower) * (position - std::floor(position));
}

std::int64_t working_width(double aspect, std::int64_t working_height) {
  return std::max<std::int64_t>(1, std::llrint(static_cast<double>(working_height) * aspect));
}

Tensor crop(const Tensor& picture, const Box& box) {
  return picture.slice(0, std::llrint(box.y), std::llrint(box.bottom()))
      .slice(1, std::llrint(box.x), std::llrint(box.right()))
      .contiguous();
}

Tensor minus_mean(const Tensor& canvas, double mean) {
  Tensor input = Tensor::empty({1, 1, canvas.size(0), canvas.size(1)});
  const auto grey = canvas.data<std::uint8_t>();
  const auto subtracted = static_cast<float>(mean);
  std::ranges::transform(grey, input.mutable_data<float>().begin(),
                         [=](std::uint8_t value) { return static_cast<float>(value) - subtracted; });
  return input;
}

} // namespace

NormalizedPicture normalize_brightness(const Tensor& grey, const BrightnessOptions& options) {
  const Tensor source = dense_grey(grey, "normalize_brightness");
  require<ArgumentError>(options.percentile >= 0 && options.percentile <= 100,
                         "normalize_brightness: percentile ", options.percentile, ", expected 0 to 100");
  require<ArgumentError>(options.least > 0 && std::isfinite(options.least), "normalize_brightness: least ",
                         options.least, ", expected above 0");
  require<ArgumentError>(options.target >= 0 && std::isfinite(options.target),
                         "normalize_brightness: target ", options.target, ", expected 0 or more");
  Histogram count{};
  for (const std::uint8_t value : source.data<std::uint8_t>()) ++count[value];
  for (std::size_t level = 0; level < count.size(); ++level) {
    if (!(static_cast<double>(level) > options.background)) count[level] = 0;
  }

  NormalizedPicture result;
  result.percentile = percentile(count, options.percentile);
  result.gain = options.target / std::max(result.percentile, options.least);
  std::array<std::uint8_t, 256> brightened{};
  for (std::size_t level = 0; level < brightened.size(); ++level) {
    const double value = std::clamp(static_cast<double>(level) * result.gain, 0.0, 255.0);
    brightened[level] = static_cast<std::uint8_t>(value);
  }
  result.picture = Tensor::empty(source.shape(), {.dtype = DType::u8});
  std::ranges::transform(source.data<std::uint8_t>(), result.picture.mutable_data<std::uint8_t>().begin(),
                         [&](std::uint8_t value) { return brightened[value]; });
  return result;
}

BreastCrop crop_breast(const Tensor& grey, const DetectorInputOptions& options) {
  const Tensor source = dense_grey(grey, "detector_input");
  const double height = static_cast<double>(source.size(0));
  const double width = static_cast<double>(source.size(1));
  const double aspect = options.aspect.value_or(width / height);
  require<ArgumentError>(aspect >= 0.05 && aspect <= 20, "detector_input: aspect (width / height) ", aspect,
                         ", expected 0.05 to 20");
  require<ArgumentError>(options.working_height >= 1 && options.working_height <= 8192,
                         "detector_input: working height ", options.working_height,
                         ", expected 1 to 8192 pixels");

  const Tensor working =
      resize_area(source, options.working_height, working_width(aspect, options.working_height));
  const double x_scale = static_cast<double>(working.size(1)) / width;
  const double y_scale = static_cast<double>(working.size(0)) / height;
  const BreastRegion breast = find_breast(working, options.breast);
  NormalizedPicture bright = normalize_brightness(crop(working, breast.box), options.brightness);
  return {.picture = std::move(bright.picture),
          .to_crop = AffineTransform::scaling(x_scale, y_scale)
                         .then(AffineTransform::translation(-breast.box.x, -breast.box.y)),
          .breast = {breast.box.x / x_scale, breast.box.y / y_scale, breast.box.width / x_scale,
                     breast.box.height / y_scale},
          .breast_found = breast.found,
          .aspect = aspect,
          .percentile = bright.percentile,
          .gain = bright.gain};
}

DetectorInput detector_input(const Tensor& grey, const DetectorInputOptions& options) {
  return detector_input(crop_breast(grey, options), options.canvas, options.mean);
}

DetectorInput detector_input(const BreastCrop& crop, const CanvasOptions& canvas, double mean) {
  require<ArgumentError>(std::isfinite(mean), "detector_input: mean ", mean);
  FittedPicture fitted = fit_to_canvas(crop.picture, canvas);
  return {.input = minus_mean(fitted.canvas, mean),
          .canvas = std::move(fitted.canvas),
          .to_input = crop.to_crop.then(fitted.to_canvas),
          .breast = crop.breast,
          .breast_found = crop.breast_found,
          .aspect = crop.aspect,
          .percentile = crop.percentile,
          .gain = crop.gain};
}

} // namespace mammo::image
