#include "mammo/image/mask.hpp"

#include "image/grey.hpp"
#include "mammo/image/contour.hpp"

#include <algorithm>
#include <cstddef>

namespace mammo::image {

Tensor ellipse_mask(const Box& box, std::int64_t height, std::int64_t width) {
  Tensor mask = Tensor::zeros({height, width}, {.dtype = DType::u8});
  std::uint8_t* pixel = mask.mutable_data<std::uint8_t>().data();
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x, ++pixel) {
      const double dx = (static_cast<double>(x) + 0.5 - box.x - box.width / 2) / (box.width / 2);
      const double dy = (static_cast<double>(y) + 0.5 - box.y - box.height / 2) / (box.height / 2);
      *pixel = dx * dx + dy * dy <= 1 ? 1 : 0;
    }
  }
  return mask;
}

Box mask_extent(const Tensor& mask) {
  const Tensor dense = dense_grey(mask, "extent of a mask");
  const std::uint8_t* pixel = dense.data<std::uint8_t>().data();
  std::int64_t top = dense.size(0);
  std::int64_t left = dense.size(1);
  std::int64_t bottom = 0;
  std::int64_t right = 0;
  for (std::int64_t y = 0; y < dense.size(0); ++y) {
    for (std::int64_t x = 0; x < dense.size(1); ++x, ++pixel) {
      if (*pixel == 0) continue;
      top = std::min(top, y);
      bottom = y + 1;
      left = std::min(left, x);
      right = std::max(right, x + 1);
    }
  }
  if (bottom == 0) return {};
  return {static_cast<double>(left), static_cast<double>(top), static_cast<double>(right - left),
          static_cast<double>(bottom - top)};
}

Tensor mask_above(const Tensor& map, float level) {
  Tensor mask = Tensor::empty(map.shape(), {.dtype = DType::u8});
  std::ranges::transform(map.data<float>(), mask.mutable_data<std::uint8_t>().begin(),
                         [=](float value) { return static_cast<std::uint8_t>(value > level ? 1 : 0); });
  return mask;
}

Tensor main_part(const Tensor& mask, const Tensor& region) {
  const Tensor wanted = dense_grey(region, "main part");
  require<ShapeError>(mask.defined() && mask.shape() == wanted.shape(),
                      "main part of a mask of another size "
                      "than its region's ",
                      wanted.shape());
  Tensor best = Tensor::zeros(wanted.shape(), {.dtype = DType::u8});
  std::ptrdiff_t most = 0;
  for (const Contour& contour : external_contours(mask)) {
    const Tensor part = filled_contour(contour, mask.size(0), mask.size(1));
    const auto pixels = part.data<std::uint8_t>();
    const auto inside = wanted.data<std::uint8_t>();
    std::ptrdiff_t shared = 0;
    for (std::size_t i = 0; i < pixels.size(); ++i) {
      if (pixels[i] != 0 && inside[i] != 0) ++shared;
    }
    if (shared <= most) continue;
    most = shared;
    best = part;
  }
  return best;
}

} // namespace mammo::image
