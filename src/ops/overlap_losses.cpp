#include "mammo/ops/autograd.hpp"
#include "mammo/ops/convolution.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/losses.hpp"
#include "mammo/ops/views.hpp"
#include "ops/loss_reduction.hpp"

#include <cmath>
#include <numbers>

namespace mammo {
namespace {

Tensor one_less(const Tensor& x) {
  return subtract(number(1, x), x);
}

void check_masks(const char* name, const Tensor& mask, const Tensor& target) {
  require<ShapeError>(mask.rank() >= 1 && mask.shape() == target.shape(), name, ": mask ", mask.shape(),
                      " and target ", target.shape(), ", expected one shape [N, ...]");
  require<TypeError>(!requires_grad(target), name, ": the target requires gradients; detach() it");
}

// [N] from [N, ...].
Tensor sum_each(const Tensor& x) {
  return x.rank() == 1 ? x : sum(flatten(x), {1});
}

Tensor iou_each(const Tensor& a, const Tensor& b, double smooth) {
  const Tensor common = sum_each(multiply(a, b));
  const Tensor joined = subtract(add(sum_each(a), sum_each(b)), common);
  return divide(add(common, number(smooth, a)), add(joined, number(smooth, a)));
}

// Sobel's two filters; differences of neighbouring rows or columns lie in -4 .. 4 for values in 0 .. 1.
Tensor sobel_filters(DType dtype) {
  return Tensor::from({-1.0, 0.0, 1.0, -2.0, 0.0, 2.0, -1.0, 0.0, 1.0, //
                       -1.0, -2.0, -1.0, 0.0, 0.0, 0.0, 1.0, 2.0, 1.0},
                      {2, 1, 3, 3})
      .to(dtype);
}

Tensor edges(const Tensor& mask) {
  const Tensor slopes = conv2d(mask, sobel_filters(mask.dtype()), {}, {.padding = 1});
  // The root has no slope at 0, where a mask is flat; this keeps it finite and below what matters.
  const Tensor squares = add(sum(multiply(slopes, slopes), {1}, true), number(1e-6, mask));
  return multiply(sqrt(squares), number(1 / (4 * std::numbers::sqrt2), mask));
}

struct Sides {
  Tensor x1, y1, x2, y2;

  explicit Sides(const Tensor& boxes)
      : x1(select(boxes, 1, 0)), y1(select(boxes, 1, 1)), x2(select(boxes, 1, 2)), y2(select(boxes, 1, 3)) {}
  Tensor area() const { return multiply(subtract(x2, x1), subtract(y2, y1)); }
};

} // namespace

Tensor dice_loss(const Tensor& mask, const Tensor& target, const OverlapOptions& options) {
  check_masks("dice_loss", mask, target);
  const Tensor smooth = number(options.smooth, mask);
  const Tensor common = multiply(sum_each(multiply(mask, target)), number(2, mask));
  const Tensor both = add(sum_each(mask), sum_each(target));
  return reduced(one_less(divide(add(common, smooth), add(both, smooth))), options.reduction);
}

Tensor iou_loss(const Tensor& mask, const Tensor& target, const OverlapOptions& options) {
  check_masks("iou_loss", mask, target);
  return reduced(one_less(iou_each(mask, target, options.smooth)), options.reduction);
}

Tensor iou_sobel_loss(const Tensor& mask, const Tensor& target, const IouSobelOptions& options) {
  check_masks("iou_sobel_loss", mask, target);
  const double w = options.mask_weight;
  require<ArgumentError>(w >= 0 && w <= 1, "iou_sobel_loss: mask_weight ", w, ", expected 0 to 1");
  const Tensor masks = multiply(iou_each(mask, target, options.smooth), number(w, mask));
  const Tensor lines = multiply(iou_each(edges(mask), edges(target), options.smooth), number(1 - w, mask));
  return reduced(one_less(add(masks, lines)), options.reduction);
}

Tensor giou_loss(const Tensor& boxes, const Tensor& target, Reduction reduction) {
  require<ShapeError>(boxes.rank() == 2 && boxes.size(1) == 4 && target.shape() == boxes.shape(),
                      "giou_loss: boxes ", boxes.shape(), " and target ", target.shape(),
                      ", expected [N, 4]");
  require<TypeError>(!requires_grad(target), "giou_loss: the target requires gradients; detach() it");
  const Sides a(boxes);
  const Sides b(target);
  const Tensor width = relu(subtract(minimum(a.x2, b.x2), maximum(a.x1, b.x1)));
  const Tensor height = relu(subtract(minimum(a.y2, b.y2), maximum(a.y1, b.y1)));
  const Tensor common = multiply(width, height);
  const Tensor joined = subtract(add(a.area(), b.area()), common);
  const Tensor around = multiply(subtract(maximum(a.x2, b.x2), minimum(a.x1, b.x1)),
                                 subtract(maximum(a.y2, b.y2), minimum(a.y1, b.y1)));
  // Boxes without area have no union to divide by.
  const Tensor little = number(1e-7, boxes);
  const Tensor iou = divide(common, add(joined, little));
  const Tensor uncovered = divide(subtract(around, joined), add(around, little));
  return reduced(add(one_less(iou), uncovered), reduction);
}

} // namespace mammo
