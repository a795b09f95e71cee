#include "backend/reference/reference.hpp"

#include <cmath>
#include <vector>

namespace mammo::reference {
namespace {

// One output row (or column): the two source rows it lies between and the share of the second.
struct Between {
  std::int64_t first = 0;
  std::int64_t second = 0;
  double share = 0;
};

Between source_of(const Interpolate2d& op, std::int64_t i, std::int64_t from, std::int64_t to) {
  if (op.mode == Interpolation::nearest) return {i * from / to, i * from / to, 0};
  const auto in = static_cast<double>(from);
  const auto out = static_cast<double>(to);
  const auto at = static_cast<double>(i);
  double position = 0;
  if (!op.align_corners) {
    position = std::max(0.0, (at + 0.5) * in / out - 0.5);
  } else if (to > 1) {
    position = at * (in - 1) / (out - 1);
  }
  const std::int64_t first = std::min(static_cast<std::int64_t>(position), from - 1);
  return {first, std::min(first + 1, from - 1), position - static_cast<double>(first)};
}

std::vector<Between> sources(const Interpolate2d& op, std::int64_t from, std::int64_t to) {
  std::vector<Between> all;
  for (std::int64_t i = 0; i < to; ++i) all.push_back(source_of(op, i, from, to));
  return all;
}

} // namespace

void compute(const Interpolate2d& op, Inputs inputs, Outputs outputs) {
  const std::int64_t planes = inputs[0].size(0) * inputs[0].size(1);
  const std::int64_t height = inputs[0].size(2);
  const std::int64_t width = inputs[0].size(3);
  const auto rows = sources(op, height, op.output.height);
  const auto columns = sources(op, width, op.output.width);
  visit_real(inputs[0].dtype(), [&]<class T>() {
    const T* x = inputs[0].data<T>().data();
    T* y = outputs[0].mutable_data<T>().data();
    for (std::int64_t plane = 0; plane < planes; ++plane) {
      for (const Between& row : rows) {
        const T* upper = x + (plane * height + row.first) * width;
        const T* lower = x + (plane * height + row.second) * width;
        for (const Between& column : columns) {
          if (op.mode == Interpolation::nearest) {
            *y++ = upper[column.first];
            continue;
          }
          const double above = upper[column.first] * (1 - column.share) + upper[column.second] * column.share;
          const double below = lower[column.first] * (1 - column.share) + lower[column.second] * column.share;
          *y++ = static_cast<T>(above * (1 - row.share) + below * row.share);
        }
      }
    }
  });
}

} // namespace mammo::reference
