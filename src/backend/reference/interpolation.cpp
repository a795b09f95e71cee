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

// `Op` is the operation or its gradient: both name a mode and what becomes of the corners.
template <class Op>
Between source_of(const Op& op, std::int64_t i, std::int64_t from, std::int64_t to) {
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

template <class Op>
std::vector<Between> sources(const Op& op, std::int64_t from, std::int64_t to) {
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

// Every output pixel gives its gradient back to the pixels that it was blended from, in the same shares.
void compute(const Interpolate2dGradient& op, Inputs inputs, Outputs outputs) {
  const std::int64_t planes = inputs[0].size(0) * inputs[0].size(1);
  const std::int64_t height = op.input.height;
  const std::int64_t width = op.input.width;
  const auto rows = sources(op, height, inputs[0].size(2));
  const auto columns = sources(op, width, inputs[0].size(3));
  visit_real(inputs[0].dtype(), [&]<class T>() {
    const T* g = inputs[0].data<T>().data();
    T* gx = outputs[0].mutable_data<T>().data();
    std::vector<double> sums(static_cast<std::size_t>(height * width));
    const auto add = [&](std::int64_t h, std::int64_t w, double value) {
      sums[static_cast<std::size_t>(h * width + w)] += value;
    };
    for (std::int64_t plane = 0; plane < planes; ++plane) {
      std::ranges::fill(sums, 0.0);
      for (const Between& row : rows) {
        for (const Between& column : columns) {
          const double value = *g++;
          add(row.first, column.first, value * (1 - row.share) * (1 - column.share));
          if (op.mode == Interpolation::nearest) continue;
          add(row.first, column.second, value * (1 - row.share) * column.share);
          add(row.second, column.first, value * row.share * (1 - column.share));
          add(row.second, column.second, value * row.share * column.share);
        }
      }
      for (const double sum : sums) *gx++ = static_cast<T>(sum);
    }
  });
}

} // namespace mammo::reference
