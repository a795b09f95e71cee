#include "backend/cpu/plans.hpp"

#include <algorithm>
#include <cmath>

namespace mammo::cpu {
namespace {

// Rows (or columns) of the picture that one row of the result was made from: `count` of them, `step` apart.
struct Taps {
  std::int64_t first;
  std::int64_t count;
  std::int64_t step;
};

std::vector<Taps> window_taps(std::int64_t size, std::int64_t windows, std::int64_t kernel,
                              std::int64_t stride, std::int64_t padding, std::int64_t dilation) {
  std::vector<Taps> all;
  for (std::int64_t i = 0; i < windows; ++i) {
    const std::int64_t start = i * stride - padding;
    const std::int64_t skipped = start < 0 ? (-start + dilation - 1) / dilation : 0;
    const std::int64_t first = start + skipped * dilation;
    const std::int64_t inside = first < size ? (size - 1 - first) / dilation + 1 : 0;
    all.push_back({first, std::clamp<std::int64_t>(kernel - skipped, 0, inside), dilation});
  }
  return all;
}

std::vector<Taps> cell_taps(std::int64_t size, std::int64_t cells) {
  std::vector<Taps> all;
  for (std::int64_t i = 0; i < cells; ++i) {
    const std::int64_t first = i * size / cells;
    all.push_back({first, ((i + 1) * size + cells - 1) / cells - first, 1});
  }
  return all;
}

// What the windows of a picture have in common.
struct Windows {
  PoolKind kind;
  std::vector<Taps> rows;
  std::vector<Taps> columns;
  std::int64_t divisor; // of an average, 0 for the pixels that the window holds
};

// Offsets of a window's pixels from its first one, row by row, for planes of `lanes` floats a pixel.
class WindowOffsets {
 public:
  WindowOffsets(std::int64_t width, std::int64_t lanes) : width_(width), lanes_(lanes) {}

  // Most windows are alike: only a change of size makes new ones.
  const std::vector<std::int64_t>& of(const Taps& rows, const Taps& columns) {
    if (rows.count == height_of_window_ && columns.count == width_of_window_) return offsets_;
    height_of_window_ = rows.count;
    width_of_window_ = columns.count;
    offsets_.clear();
    for (std::int64_t i = 0; i < rows.count; ++i) {
      for (std::int64_t j = 0; j < columns.count; ++j) {
        offsets_.push_back((i * rows.step * width_ + j * columns.step) * lanes_);
      }
    }
    return offsets_;
  }
  std::int64_t first(const Taps& rows, const Taps& columns) const {
    return (rows.first * width_ + columns.first) * lanes_;
  }

 private:
  std::int64_t width_;
  std::int64_t lanes_;
  std::int64_t height_of_window_ = -1;
  std::int64_t width_of_window_ = -1;
  std::vector<std::int64_t> offsets_;
};

void give_to_largest(const float* x, const float* g, const std::vector<std::int64_t>& offsets,
                     std::int64_t lanes, float* gx) {
  if (lanes > 1) {
    return vector_kernels().give_to_largest(x, g, offsets.data(), static_cast<std::int64_t>(offsets.size()),
                                            lanes, gx);
  }
  std::int64_t best = offsets.front();
  for (const std::int64_t offset : offsets) {
    if (x[offset] > x[best] || (std::isnan(x[offset]) && !std::isnan(x[best]))) best = offset;
  }
  gx[best] += *g;
}

void give_shares(const float* g, float share, const std::vector<std::int64_t>& offsets, std::int64_t lanes,
                 float* gx) {
  for (const std::int64_t offset : offsets) {
    if (lanes > 1) {
      vector_kernels().add_scaled(g, share, gx + offset, lanes);
    } else {
      gx[offset] += *g * share;
    }
  }
}

// Each pixel of a plane of g goes to the largest pixel of its window, or in equal shares to all of it;
// `lanes` of `stride` channels.
void back_through_plane(const Windows& windows, std::int64_t width, std::int64_t stride, std::int64_t lanes,
                        const float* x, const float* g, float* gx) {
  WindowOffsets window(width, stride);
  for (const Taps& rows : windows.rows) {
    for (const Taps& columns : windows.columns) {
      const std::vector<std::int64_t>& offsets = window.of(rows, columns);
      const std::int64_t first = window.first(rows, columns);
      if (windows.kind == PoolKind::max) {
        if (!offsets.empty()) give_to_largest(x + first, g, offsets, lanes, gx + first);
      } else {
        const auto held = static_cast<std::int64_t>(offsets.size());
        const auto divisor = static_cast<float>(windows.divisor > 0 ? windows.divisor : held);
        give_shares(g, 1.0F / divisor, offsets, lanes, gx + first);
      }
      g += stride;
    }
  }
}

PlanPointer plan_windows(Windows all_windows, const Signature& signature, std::vector<TensorSpec> outputs) {
  const TensorSpec& g = signature.inputs[1];
  const bool looks_at_x = all_windows.kind == PoolKind::max;
  if (looks_at_x && signature.inputs[0].layout != g.layout) return nullptr;
  outputs[0].layout = g.layout;
  const Planes to(outputs[0].shape, g.layout);
  const Planes from(g.shape, g.layout);
  return make_plan(std::move(outputs), [=, windows = std::move(all_windows)](std::span<const Tensor> inputs,
                                                                             std::span<Tensor> results) {
    const float* in = inputs[1].raw<float>();
    const float* x = looks_at_x ? inputs[0].raw<float>() : in;
    float* out = results[0].mutable_raw<float>();
    const std::int64_t pixels = to.height * to.width;
    for_each_plane_part(
        to, pixels * to.lanes, [&](std::int64_t plane, std::int64_t lane, std::int64_t lanes) {
          const std::int64_t at = plane * pixels * to.lanes + lane;
          for (std::int64_t i = 0; i < pixels; ++i) std::fill_n(out + at + i * to.lanes, lanes, 0.0F);
          back_through_plane(windows, to.width, to.lanes, lanes, looks_at_x ? x + at : x,
                             in + plane * from.height * from.width * to.lanes + lane, out + at);
        });
  });
}

} // namespace

PlanPointer plan(const Pool2dGradient& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  const Shape& g = signature.inputs[1].shape;
  const Pool2d& pool = op.pool;
  return plan_windows({.kind = pool.kind,
                       .rows = window_taps(op.input.height, g[2], pool.kernel.height, pool.stride.height,
                                           pool.padding.height, pool.dilation.height),
                       .columns = window_taps(op.input.width, g[3], pool.kernel.width, pool.stride.width,
                                              pool.padding.width, pool.dilation.width),
                       .divisor = pool.count_padding ? pool.kernel.height * pool.kernel.width : 0},
                      signature, std::move(outputs));
}

PlanPointer plan(const AdaptivePool2dGradient& op, const Signature& signature,
                 std::vector<TensorSpec> outputs) {
  const Shape& g = signature.inputs[1].shape;
  return plan_windows({.kind = op.kind,
                       .rows = cell_taps(op.input.height, g[2]),
                       .columns = cell_taps(op.input.width, g[3]),
                       .divisor = 0},
                      signature, std::move(outputs));
}

} // namespace mammo::cpu
