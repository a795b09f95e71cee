#include "mammo/explain/occlusion.hpp"

#include "explain/checked.hpp"
#include "mammo/ops/autograd.hpp"

#include <vector>

namespace mammo::explain {
namespace {

struct Window {
  std::int64_t top;
  std::int64_t left;
  Size2d size;
};

// Where windows begin along an axis: the first and the last at its ends, the others evenly between.
std::vector<std::int64_t> starts(std::int64_t length, std::int64_t window, std::int64_t stride) {
  const std::int64_t room = length - window;
  const std::int64_t steps = (room + stride - 1) / stride;
  std::vector<std::int64_t> result{0};
  for (std::int64_t i = 1; i <= steps; ++i) result.push_back(i * room / steps);
  return result;
}

// A copy of the input, every channel covered within the window.
Tensor covered(const Tensor& x, const Window& window, double value) {
  Tensor copy = x.clone();
  Tensor inside = copy.slice(2, window.top, window.top + window.size.height)
                      .slice(3, window.left, window.left + window.size.width);
  inside.copy_from(Tensor::full(inside.shape(), value, {.dtype = x.dtype()}));
  return copy;
}

// Sums what windows say of the pixels below them.
class Votes {
 public:
  explicit Votes(Size2d size)
      : width_(size.width),
        sums_(static_cast<std::size_t>(size.height * size.width)),
        counts_(sums_.size()) {}

  void add(const Window& window, double value) {
    for (std::int64_t y = window.top; y < window.top + window.size.height; ++y) {
      for (std::int64_t x = window.left; x < window.left + window.size.width; ++x) {
        const auto place = static_cast<std::size_t>(y * width_ + x);
        sums_[place] += value;
        counts_[place] += 1;
      }
    }
  }

  Tensor mean() const {
    const auto count = static_cast<std::int64_t>(sums_.size());
    Tensor map = Tensor::empty({count / width_, width_});
    const auto values = map.mutable_data<float>();
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(sums_[i] / counts_[i]);
    return map;
  }

 private:
  std::int64_t width_;
  std::vector<double> sums_;
  std::vector<double> counts_;
};

} // namespace

Tensor occlusion(const Score& score, const Tensor& x, const OcclusionOptions& options) {
  const char* method = "occlusion";
  const Tensor clean = checked_input(x, method);
  const Size2d size(clean.size(2), clean.size(3));
  const auto [window, stride, value] = options;
  require<ArgumentError>(
      1 <= stride.height && stride.height <= window.height && window.height <= size.height &&
          1 <= stride.width && stride.width <= window.width && window.width <= size.width,
      method, ": windows of ", window.height, " x ", window.width, ", ", stride.height, " x ", stride.width,
      " apart, on an input of ", size.height, " x ", size.width, ", expected 1 <= stride <= window <= input");
  const NoGrad off;
  const auto score_of = [&](const Tensor& input) {
    const Tensor result = score(input);
    check_score(result, method);
    return result.to(DType::f64).item<double>();
  };
  const double before = score_of(clean);
  Votes votes(size);
  for (const std::int64_t top : starts(size.height, window.height, stride.height)) {
    for (const std::int64_t left : starts(size.width, window.width, stride.width)) {
      const Window at{top, left, window};
      votes.add(at, before - score_of(covered(clean, at, value)));
    }
  }
  return votes.mean();
}

} // namespace mammo::explain
