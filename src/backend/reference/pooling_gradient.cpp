#include "backend/reference/reference.hpp"

#include <cmath>
#include <vector>

namespace mammo::reference {
namespace {

// Rows (or columns) of the picture that one row of the result was made from, first to last.
using Taps = std::vector<std::int64_t>;

std::vector<Taps> window_taps(std::int64_t size, std::int64_t windows, std::int64_t kernel,
                              std::int64_t stride, std::int64_t padding, std::int64_t dilation) {
  std::vector<Taps> all(static_cast<std::size_t>(windows));
  for (std::int64_t i = 0; i < windows; ++i) {
    for (std::int64_t k = 0; k < kernel; ++k) {
      const std::int64_t at = i * stride - padding + k * dilation;
      if (at >= 0 && at < size) all[static_cast<std::size_t>(i)].push_back(at);
    }
  }
  return all;
}

std::vector<Taps> cell_taps(std::int64_t size, std::int64_t cells) {
  std::vector<Taps> all(static_cast<std::size_t>(cells));
  for (std::int64_t i = 0; i < cells; ++i) {
    for (std::int64_t at = i * size / cells; at * cells < (i + 1) * size; ++at) {
      all[static_cast<std::size_t>(i)].push_back(at);
    }
  }
  return all;
}

// The offset of a window's maximum in its plane: the first of equal ones, NaN before any number; -1 where
// the window holds nothing.
template <class T>
std::int64_t place_of_maximum(const T* plane, std::int64_t width, const Taps& rows, const Taps& columns) {
  std::int64_t best = -1;
  for (const std::int64_t h : rows) {
    for (const std::int64_t w : columns) {
      const std::int64_t at = h * width + w;
      if (best < 0 || plane[at] > plane[best] || (std::isnan(plane[at]) && !std::isnan(plane[best]))) {
        best = at;
      }
    }
  }
  return best;
}

// Each pixel of g goes to the maximum of its window, or in equal shares to all of it. x is looked at for
// maxima only; a `divisor` of 0 stands for the number of pixels that a window holds.
void back_through_windows(PoolKind kind, const std::vector<Taps>& rows, const std::vector<Taps>& columns,
                          std::int64_t divisor, const Tensor& x, const Tensor& g, Tensor& gx) {
  const std::int64_t width = gx.size(3);
  const std::int64_t plane = gx.size(2) * width;
  visit_real(g.dtype(), [&]<class T>() {
    const T* share = g.data<T>().data();
    T* y = gx.mutable_data<T>().data();
    std::vector<double> sums(static_cast<std::size_t>(plane));
    for (std::int64_t p = 0; p < g.size(0) * g.size(1); ++p) {
      std::ranges::fill(sums, 0.0);
      for (const Taps& window_rows : rows) {
        for (const Taps& window_columns : columns) {
          const double value = *share++;
          if (kind == PoolKind::max) {
            const auto at =
                place_of_maximum(x.data<T>().data() + p * plane, width, window_rows, window_columns);
            if (at >= 0) sums[static_cast<std::size_t>(at)] += value;
            continue;
          }
          const std::size_t held = window_rows.size() * window_columns.size();
          for (const std::int64_t h : window_rows) {
            for (const std::int64_t w : window_columns) {
              sums[static_cast<std::size_t>(h * width + w)] +=
                  value / static_cast<double>(divisor > 0 ? divisor : static_cast<std::int64_t>(held));
            }
          }
        }
      }
      for (const double sum : sums) *y++ = static_cast<T>(sum);
    }
  });
}

} // namespace

void compute(const Pool2dGradient& op, Inputs inputs, Outputs outputs) {
  const Tensor& g = inputs[1];
  const Pool2d& pool = op.pool;
  const auto rows = window_taps(op.input.height, g.size(2), pool.kernel.height, pool.stride.height,
                                pool.padding.height, pool.dilation.height);
  const auto columns = window_taps(op.input.width, g.size(3), pool.kernel.width, pool.stride.width,
                                   pool.padding.width, pool.dilation.width);
  const std::int64_t divisor = pool.count_padding ? pool.kernel.height * pool.kernel.width : 0;
  back_through_windows(pool.kind, rows, columns, divisor, inputs[0], g, outputs[0]);
}

void compute(const AdaptivePool2dGradient& op, Inputs inputs, Outputs outputs) {
  const Tensor& g = inputs[1];
  back_through_windows(op.kind, cell_taps(op.input.height, g.size(2)), cell_taps(op.input.width, g.size(3)),
                       0, inputs[0], g, outputs[0]);
}

} // namespace mammo::reference
