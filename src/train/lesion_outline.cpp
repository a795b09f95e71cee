#include "mammo/train/lesion_outline.hpp"

#include "mammo/image/contour.hpp"
#include "mammo/image/lesion_window.hpp"
#include "mammo/image/mask.hpp"
#include "mammo/image/warp.hpp"

#include <utility>

namespace mammo::train {

LesionOutline outline_lesion(const models::TransResUNet& network, const models::SegmenterConfig& config,
                             const Tensor& grey, const Box& box) {
  const std::int64_t side = config.network.height;
  image::LesionWindow window = image::lesion_window(grey, box, config.context, side);
  image::standardize(window.picture);
  LesionOutline outline;
  outline.to_window = window.to_window;
  outline.probabilities = models::outline_probabilities(network, window.picture);
  const Tensor above = image::mask_above(outline.probabilities, static_cast<float>(config.threshold));
  const Tensor ellipse = image::ellipse_mask(outline.to_window.apply(box), side, side);
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
  std::vector<Point> polygon;
  for (const image::PixelPoint& pixel : contours.front()) {
    polygon.push_back(to_picture.apply(Point{pixel.x + 0.5, pixel.y + 0.5}));
  }
  return polygon;
}

} // namespace mammo::train
