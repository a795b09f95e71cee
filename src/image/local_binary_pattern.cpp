#include "mammo/image/local_binary_pattern.hpp"

#include "mammo/core/error.hpp"
#include "mammo/core/threads.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <vector>

namespace mammo::image {
namespace {

// A point of the circle, relative to the pixel: rounded, so that points meant to be on a pixel are.
struct Offset {
  double row;
  double column;
};

std::vector<Offset> circle(const LbpOptions& options) {
  std::vector<Offset> offsets;
  const auto rounded = [](double v) { return std::round(v * 1e5) / 1e5; };
  for (int k = 0; k < options.points; ++k) {
    const double angle = 2 * std::numbers::pi * k / options.points;
    offsets.push_back(
        {rounded(-options.radius * std::sin(angle)), rounded(options.radius * std::cos(angle))});
  }
  return offsets;
}

class Picture {
 public:
  explicit Picture(const Tensor& values) : values_(values) {}

  double at(std::int64_t y, std::int64_t x) const {
    const bool inside = y >= 0 && x >= 0 && y < values_.size(0) && x < values_.size(1);
    return inside ? values_.raw<double>()[y * values_.size(1) + x] : 0;
  }
  double between(double y, double x) const {
    const double top = std::floor(y);
    const double left = std::floor(x);
    const auto row = static_cast<std::int64_t>(top);
    const auto column = static_cast<std::int64_t>(left);
    const double v = y - top;
    const double u = x - left;
    const double upper = (1 - u) * at(row, column) + u * at(row, column + 1);
    const double lower = (1 - u) * at(row + 1, column) + u * at(row + 1, column + 1);
    return (1 - v) * upper + v * lower;
  }

 private:
  const Tensor& values_;
};

std::uint32_t turned(std::uint32_t code, int by, int points) {
  const std::uint32_t mask = (1U << points) - 1;
  return by == 0 ? code : (code >> by | code << (points - by)) & mask;
}

std::uint32_t code_of(std::uint32_t bits, const LbpOptions& options) {
  if (options.method == LbpMethod::plain) return bits;
  if (options.method == LbpMethod::rotation_invariant) {
    std::uint32_t least = bits;
    for (int by = 1; by < options.points; ++by) least = std::min(least, turned(bits, by, options.points));
    return least;
  }
  // Steps along the row of points; that from the last to the first is not looked at where there are at most
  // two.
  int steps = 0;
  for (int k = 0; k + 1 < options.points; ++k) steps += static_cast<int>((bits >> k ^ bits >> (k + 1)) & 1U);
  if (steps > 2) return static_cast<std::uint32_t>(options.points) + 1;
  return static_cast<std::uint32_t>(std::popcount(bits));
}

} // namespace

Tensor local_binary_pattern(const Tensor& picture, const LbpOptions& options) {
  require<ShapeError>(picture.defined() && picture.rank() == 2 && picture.numel() > 0,
                      "local_binary_pattern: a picture of shape ",
                      picture.defined() ? picture.shape() : Shape{},
                      ", expected [H, W] with at least one pixel");
  require<TypeError>(picture.dtype() == DType::u8 || picture.dtype() == DType::u16,
                     "local_binary_pattern: a picture of ", picture.dtype(), ", expected u8 or u16");
  require<ArgumentError>(options.points >= 1 && options.points <= 24,
                         "local_binary_pattern: ", options.points, " points, expected 1 to 24");
  require<ArgumentError>(options.radius > 0 && options.radius <= 65536, "local_binary_pattern: radius ",
                         options.radius, ", expected above 0 and at most 65536");
  const Tensor values = picture.contiguous().to(DType::f64);
  const Picture grey(values);
  const std::vector<Offset> offsets = circle(options);
  Tensor codes = Tensor::empty(picture.shape(), {.dtype = DType::i32});
  std::int32_t* out = codes.mutable_data<std::int32_t>().data();
  const std::int64_t width = picture.size(1);
  parallel_for(0, picture.size(0), 16, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t y = first; y < last; ++y) {
      for (std::int64_t x = 0; x < width; ++x) {
        const double center = grey.at(y, x);
        std::uint32_t bits = 0;
        for (std::size_t k = 0; k < offsets.size(); ++k) {
          const double there = grey.between(static_cast<double>(y) + offsets[k].row,
                                            static_cast<double>(x) + offsets[k].column);
          if (there >= center) bits |= 1U << k;
        }
        out[y * width + x] = static_cast<std::int32_t>(code_of(bits, options));
      }
    }
  });
  return codes;
}

} // namespace mammo::image
