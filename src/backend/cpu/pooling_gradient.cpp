#include "backend/cpu/plans.hpp"

#include <algorithm>

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

// Offsets of a window's pixels in a plane, row by row.
void list_taps(const Taps& rows, const Taps& columns, std::int64_t width, std::int64_t lanes,
               std::vector<std::int64_t>& taps) {
  taps.clear();
  for (std::int64_t i = 0; i < rows.count; ++i) {
    for (std::int64_t j = 0; j < columns.count; ++j) {
      const std::int64_t pixel = (rows.first + i * rows.step) * width + columns.first + j * columns.step;
      taps.push_back(pixel * lanes);
    }
  }
}

// Each pixel of a plane of g goes to the largest pixel of its window, or in equal shares to all of it;
// `lanes` of `stride` channels.
void back_through_plane(const Windows& windows, std::int64_t width, std::int64_t stride, std::int64_t lanes,
                        const float* x, const float* g, float* gx) {
  std::vector<std::int64_t> taps;
  const auto& loops = vector_kernels();
  for (const Taps& rows : windows.rows) {
    for (const Taps& columns : windows.columns) {
      list_taps(rows, columns, width, stride, taps);
      const auto count = static_cast<std::int64_t>(taps.size());
      if (windows.kind == PoolKind::max) {
        if (count > 0) loops.give_to_largest(x, g, taps.data(), count, lanes, gx);
      } else {
        const float share = 1.0F / static_cast<float>(windows.divisor > 0 ? windows.divisor : count);
        for (const std::int64_t tap : taps) loops.add_scaled(g, share, gx + tap, lanes);
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
