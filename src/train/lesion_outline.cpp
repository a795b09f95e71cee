#include "mammo/train/lesion_outline.hpp"

#include "mammo/image/contour.hpp"
#include "mammo/image/lesion_window.hpp"
#include "mammo/image/level_set.hpp"
#include "mammo/image/mask.hpp"
#include "mammo/image/warp.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace mammo::train {

namespace {

/// The box that a window is around, in its pixels.
Box middle_of(std::int64_t window, double context) {
  const auto pixels = static_cast<double>(window);
  const double side = pixels / context;
  return {(pixels - side) / 2, (pixels - side) / 2, side, side};
}

Tensor to_u8(const Tensor& picture) {
  Tensor grey = Tensor::empty(picture.shape(), {.dtype = DType::u8});
  std::ranges::transform(picture.data<float>(), grey.mutable_data<std::uint8_t>().begin(), [](float value) {
    return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0F, 255.0F)));
  });
  return grey;
}

} // namespace

Tensor segmenter_input(const Tensor& window, double context) {
  const std::int64_t side = window.size(0);
  const auto pixels = static_cast<std::size_t>(side * side);
  Tensor input = Tensor::empty({models::segmenter_channels, side, side});
  Tensor picture = window.clone();
  image::standardize(picture);
  const auto channels = input.mutable_data<float>();
  std::ranges::copy(picture.data<float>(), channels.begin());

  const Box box = middle_of(side, context);
  const Tensor first = image::level_set_outline(to_u8(window), box);
  constexpr double lowest = -3;
  for (std::size_t i = 0; i < pixels; ++i) {
    const double x = static_cast<double>(static_cast<std::int64_t>(i) % side) + 0.5 - box.x - box.width / 2;
    const std::int64_t row = static_cast<std::int64_t>(i) / side;
    const double y = static_cast<double>(row) + 0.5 - box.y - box.height / 2;
    const double squared = 4 * (x * x + y * y) / (box.width * box.width);
    channels[pixels + i] = static_cast<float>(std::max(lowest, 1 - squared));
    channels[2 * pixels + i] = first.data<std::uint8_t>()[i] != 0 ? 1.0F : -1.0F;
  }
  return input;
}

LesionOutline outline_lesion(const models::TransResUNet& network, const models::SegmenterConfig& config,
                             const Tensor& grey, const Box& box) {
  const std::int64_t side = config.network.height;
  const image::LesionWindow window = image::lesion_window(grey, box, config.context, side);
  LesionOutline outline;
  outline.to_window = window.to_window;
  outline.probabilities =
      models::outline_probabilities(network, segmenter_input(window.picture, config.context));
  const Tensor above = image::mask_above(outline.probabilities, static_cast<float>(config.threshold));
  const Tensor ellipse = image::ellipse_mask(middle_of(side, config.context), side, side);
  outline.mask = image::main_part(above, ellipse);
  return outline;
}

Tensor probabilities_on(const LesionOutline& outline, std::int64_t height, std::int64_t width) {
  return image::warp(outline.probabilities, {outline.to_window.inverse()}, height, width);
}

Tensor mask_on(const LesionOutline& outline, std::int64_t height, std::int64_t width) {
  const image::Warp to_picture{outline.to_window.inverse()};
  return image::mask_above(image::warp(outline.mask.to(DType::f32), to_picture, height, width));
}

std::vector<Point> polygon_of(const LesionOutline& outline) {
  const auto contours = image::external_contours(outline.mask);
  if (contours.empty()) return {};
  const AffineTransform to_picture = outline.to_window.inverse();
  constexpr std::size_t most_vertices = 96;
  const std::size_t step = (contours.front().size() + most_vertices - 1) / most_vertices;
  std::vector<Point> polygon;
  for (std::size_t i = 0; i < contours.front().size(); i += step) {
    const image::PixelPoint pixel = contours.front()[i];
    polygon.push_back(to_picture.apply(Point{pixel.x + 0.5, pixel.y + 0.5}));
  }
  if (polygon.size() < 3) polygon.clear(); // encloses nothing
  return polygon;
}

} // namespace mammo::train
