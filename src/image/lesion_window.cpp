#include "mammo/image/lesion_window.hpp"

#include "image/grey.hpp"
#include "mammo/core/error.hpp"
#include "mammo/image/warp.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace mammo::image {

Tensor crop_with_edge(const Tensor& grey, std::int64_t top, std::int64_t left, std::int64_t height,
                      std::int64_t width) {
  require<ArgumentError>(height >= 1 && width >= 1 && height <= 65536 && width <= 65536, "crop of ", height,
                         " x ", width, " pixels, expected 1 to 65536");
  const Tensor dense = dense_grey(grey, "crop");
  const auto from = dense.data<std::uint8_t>();
  Tensor crop = Tensor::empty({height, width}, {.dtype = DType::u8});
  std::uint8_t* to = crop.mutable_data<std::uint8_t>().data();
  for (std::int64_t y = 0; y < height; ++y) {
    const std::int64_t row = std::clamp<std::int64_t>(top + y, 0, grey.size(0) - 1);
    for (std::int64_t x = 0; x < width; ++x) {
      const std::int64_t column = std::clamp<std::int64_t>(left + x, 0, grey.size(1) - 1);
      *to++ = from[static_cast<std::size_t>(row * grey.size(1) + column)];
    }
  }
  return crop;
}

LesionWindow lesion_window(const Tensor& grey, const Box& box, double context, std::int64_t side) {
  require<ArgumentError>(std::isfinite(box.x + box.y + box.width + box.height) && box.width >= 1 &&
                             box.height >= 1,
                         "window around a box at ", box.x, ", ", box.y, " of ", box.width, " x ", box.height,
                         ", expected at least a pixel");
  require<ArgumentError>(context >= 1 && side >= 1, "window of ", context, " boxes on ", side,
                         " pixels, expected at least 1");
  const double width = context * box.width;
  const double height = context * box.height;
  const double x = box.x + (box.width - width) / 2;
  const double y = box.y + (box.height - height) / 2;
  const auto pixels = static_cast<double>(side);
  LesionWindow window;
  window.to_window =
      AffineTransform::translation(-x, -y).then(AffineTransform::scaling(pixels / width, pixels / height));

  constexpr std::int64_t margin = 2; // for interpolation
  const auto left = static_cast<std::int64_t>(std::floor(x)) - margin;
  const auto top = static_cast<std::int64_t>(std::floor(y)) - margin;
  const auto right = static_cast<std::int64_t>(std::ceil(x + width)) + margin;
  const auto bottom = static_cast<std::int64_t>(std::ceil(y + height)) + margin;
  const Tensor part = crop_with_edge(grey, top, left, bottom - top, right - left);
  const auto to_picture = AffineTransform::translation(static_cast<double>(left), static_cast<double>(top));
  window.picture = warp(part, {to_picture.then(window.to_window)}, side, side);
  if (window.picture.dtype() != DType::f32) window.picture = window.picture.to(DType::f32);
  return window;
}

void standardize(Tensor& picture) {
  const auto values = picture.mutable_data<float>();
  double sum = 0;
  double squares = 0;
  for (const float value : values) sum += value;
  const double mean = sum / static_cast<double>(values.size());
  for (const float value : values) squares += (value - mean) * (value - mean);
  const double deviation = std::sqrt(squares / static_cast<double>(values.size()));
  const double factor = deviation > 1e-6 ? 1 / deviation : 0;
  for (float& value : values) value = static_cast<float>((value - mean) * factor);
}

} // namespace mammo::image
