#include "mammo/train/lesion_outline.hpp"

#include "mammo/image/contour.hpp"
#include "mammo/image/lesion_window.hpp"
#include "mammo/image/mask.hpp"
#include "mammo/image/warp.hpp"

#include <cstddef>

namespace mammo::train {

namespace {

/// The box that a window is around, in its pixels.
Box middle_of(std::int64_t window, double context) {
  const auto pixels = static_cast<double>(window);
  const double side = pixels / context;
  return {(pixels - side) / 2, (pixels - side) / 2, side, side};
}

/// The main part above a level of probability, its holes filled.
Tensor part_above(const LesionOutline& outline, double level, double context) {
  const std::int64_t side = outline.probabilities.size(0);
  const Tensor above = image::mask_above(outline.probabilities, static_cast<float>(level));
  return image::main_part(above, image::ellipse_mask(middle_of(side, context), side, side));
}

} // namespace

LesionOutline outline_lesion(const models::ResNetUNet& network, const models::SegmenterConfig& config,
                             const Tensor& grey, const Box& box) {
  image::LesionWindow window = image::lesion_window(grey, box, config.context, config.side);
  LesionOutline outline;
  outline.to_window = window.to_window;
  image::standardize(window.picture);
  outline.probabilities = models::outline_probabilities(network, window.picture);
  outline.mask = part_above(outline, config.threshold, config.context);
  return outline;
}

Tensor boxed_outline(const models::ResNetUNet& network, const models::SegmenterConfig& config,
                     const Tensor& grey, const Box& box) {
  LesionOutline outline = outline_lesion(network, config, grey, box);
  const Box wanted = middle_of(config.side, config.context);
  double best_fit = -1;
  for (int i = 4; i <= 16; ++i) {
    const Tensor part = part_above(outline, 0.05 * i, config.context);
    const double fit = iou(image::mask_extent(part), wanted);
    if (fit <= best_fit) continue;
    best_fit = fit;
    outline.mask = part;
  }
  return mask_on(outline, grey.size(0), grey.size(1));
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
