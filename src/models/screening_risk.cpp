#include "mammo/models/screening_risk.hpp"

#include "mammo/ops/autograd.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/interpolation.hpp"
#include "mammo/ops/pooling.hpp"
#include "mammo/ops/views.hpp"

#include <algorithm>
#include <cmath>

namespace mammo::models {
namespace {

void check_film(const Tensor& film) {
  require<ShapeError>(film.defined() && film.rank() == 2 && film.numel() > 0, "risk of a film ",
                      film.defined() ? film.shape() : Shape(), ", expected [H, W], not empty");
  require<TypeError>(film.dtype() == DType::f32, "risk of a film of ", film.dtype(), ", expected f32");
}

Tensor rescaled(const Tensor& picture, Size2d size) {
  const bool shrinks = size.height <= picture.size(2) && size.width <= picture.size(3);
  return shrinks ? adaptive_average_pool2d(picture, size) : interpolate_bilinear(picture, size);
}

// What of a picture [H, W] lies under the box, 0 beyond its edges.
Tensor cropped(const Tensor& picture, const Box& box) {
  Tensor result =
      Tensor::zeros({static_cast<std::int64_t>(box.height), static_cast<std::int64_t>(box.width)});
  const Box inside = clip(box, static_cast<double>(picture.size(1)), static_cast<double>(picture.size(0)));
  if (inside.area() == 0) return result;
  const auto part = [&](const Tensor& tensor, double top, double left) {
    const auto y = static_cast<std::int64_t>(top);
    const auto x = static_cast<std::int64_t>(left);
    return tensor.slice(0, y, y + static_cast<std::int64_t>(inside.height))
        .slice(1, x, x + static_cast<std::int64_t>(inside.width));
  };
  part(result, inside.y - box.y, inside.x - box.x).copy_from(part(picture, inside.y, inside.x));
  return result;
}

} // namespace

ResNetConfig risk_resnet101() {
  return {.depth = 101, .input_channels = 1, .num_classes = 2};
}

Tensor image_risks(const Tensor& class_scores) {
  require<ShapeError>(class_scores.rank() == 2 && class_scores.size(1) == 2, "risks of class scores ",
                      class_scores.shape(), ", expected [N, 2]");
  return subtract(select(class_scores, 1, 1), select(class_scores, 1, 0));
}

HolisticInput holistic_input(const Tensor& film, std::int64_t side) {
  check_film(film);
  require<ArgumentError>(side > 0, "Holistic input of ", side, " pixels, expected a positive number");
  const NoGrad off;
  const std::int64_t height = film.size(0);
  const std::int64_t width = film.size(1);
  const double scale = static_cast<double>(side) / static_cast<double>(width);
  const std::int64_t new_height =
      std::max<std::int64_t>(1, std::llround(scale * static_cast<double>(height)));
  const Tensor whole =
      rescaled(detach(film).plain().reshape({1, 1, height, width}), {new_height, side}).plain();
  const Point middle{static_cast<double>(side) / 2, static_cast<double>(new_height) / 2};
  const Box crop = window_around(middle, side, new_height, side);
  const double y_scale = static_cast<double>(new_height) / static_cast<double>(height);
  return {.picture = cropped(whole.reshape({new_height, side}), crop).reshape({1, 1, side, side}),
          .to_input =
              AffineTransform::scaling(scale, y_scale).then(AffineTransform::translation(-crop.x, -crop.y))};
}

Tensor attention_input(const Tensor& film, const Box& box) {
  check_film(film);
  const auto whole = [](double x) { return std::isfinite(x) && x == std::floor(x); };
  require<ArgumentError>(whole(box.x) && whole(box.y) && whole(box.width) && whole(box.height) &&
                             box.area() > 0,
                         "Attention input (", box.x, ", ", box.y, ", ", box.width, ", ", box.height,
                         "), expected a box on whole pixels");
  const Tensor part = cropped(detach(film).plain(), box);
  return part.reshape({1, 1, part.size(0), part.size(1)});
}

double ensemble_risk(double holistic, double attention) {
  return (holistic + attention) / 2;
}

BreastScores breast_scores(const ImageScores& images) {
  return {.left = images.left_cc + images.left_mlo, .right = images.right_cc + images.right_mlo};
}

double exam_score(const BreastScores& breasts) {
  require<ArgumentError>(std::isfinite(breasts.left) && std::isfinite(breasts.right),
                         "scores of the breasts are ", breasts.left, " and ", breasts.right,
                         ", expected finite numbers");
  return std::max(breasts.left, breasts.right);
}

BreastScores double_reading(const BreastScores& first, const BreastScores& second) {
  return {.left = first.left + second.left, .right = first.right + second.right};
}

} // namespace mammo::models
