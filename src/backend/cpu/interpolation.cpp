#include "backend/cpu/plans.hpp"
#include "mammo/core/threads.hpp"

#include <algorithm>
#include <cstring>

namespace mammo::cpu {
namespace {

// One output row (or column): the two source rows it lies between and the share of the second.
struct Source {
  std::int64_t first;
  std::int64_t second;
  float share;
};

std::vector<Source> nearest_sources(std::int64_t from, std::int64_t to) {
  std::vector<Source> sources;
  for (std::int64_t i = 0; i < to; ++i) sources.push_back({i * from / to, i * from / to, 0});
  return sources;
}

std::vector<Source> bilinear_sources(std::int64_t from, std::int64_t to, bool align_corners) {
  const auto in = static_cast<double>(from);
  const auto out = static_cast<double>(to);
  std::vector<Source> sources;
  for (std::int64_t i = 0; i < to; ++i) {
    const auto at = static_cast<double>(i);
    double position = align_corners ? (to > 1 ? at * (in - 1) / (out - 1) : 0) : (at + 0.5) * in / out - 0.5;
    position = std::clamp(position, 0.0, in - 1);
    const auto first = static_cast<std::int64_t>(position);
    sources.push_back(
        {first, std::min(first + 1, from - 1), static_cast<float>(position - static_cast<double>(first))});
  }
  return sources;
}

void pick_pixels(const float* row, const std::vector<Source>& columns, std::int64_t lanes, float* y) {
  if (lanes == 1) {
    for (const Source& column : columns) *y++ = row[column.first];
    return;
  }
  if (lanes == 8) {
    for (const Source& column : columns) {
      std::memcpy(y, row + column.first * 8, 8 * sizeof(float));
      y += 8;
    }
    return;
  }
  for (const Source& column : columns) {
    std::memcpy(y, row + column.first * lanes, static_cast<std::size_t>(lanes) * sizeof(float));
    y += lanes;
  }
}

void blend_pixels(const float* row, const std::vector<Source>& columns, std::int64_t lanes, float* y) {
  if (lanes == 1) {
    for (const Source& column : columns) {
      *y++ = row[column.first] * (1.0F - column.share) + row[column.second] * column.share;
    }
    return;
  }
  for (const Source& column : columns) {
    vector_kernels().blend(row + column.first * lanes, row + column.second * lanes, column.share, y, lanes);
    y += lanes;
  }
}

// Adds each pixel of a row of g to the pixels that it was taken from, `lanes` of `stride` floats each.
void return_pixels(bool nearest, const float* g, const std::vector<Source>& columns, std::int64_t stride,
                   std::int64_t lanes, float* row) {
  if (lanes == 1) {
    for (const Source& column : columns) {
      row[column.first] += *g * (1.0F - column.share);
      if (!nearest) row[column.second] += *g * column.share;
      g += stride;
    }
    return;
  }
  const auto add_scaled = vector_kernels().add_scaled;
  for (const Source& column : columns) {
    add_scaled(g, 1.0F - column.share, row + column.first * lanes, lanes);
    if (!nearest) add_scaled(g, column.share, row + column.second * lanes, lanes);
    g += stride;
  }
}

// Adds a dense row of `lanes` a pixel to a row of a picture whose pixels are `stride` apart.
void add_row(const float* row, float share, std::int64_t width, std::int64_t lanes, std::int64_t stride,
             float* to) {
  if (lanes == stride) return vector_kernels().add_scaled(row, share, to, width * lanes);
  for (std::int64_t w = 0; w < width; ++w) {
    vector_kernels().add_scaled(row + w * lanes, share, to + w * stride, lanes);
  }
}

std::vector<Source> sources(Interpolation mode, bool align_corners, std::int64_t from, std::int64_t to) {
  return mode == Interpolation::nearest ? nearest_sources(from, to)
                                        : bilinear_sources(from, to, align_corners);
}

} // namespace

PlanPointer plan(const Interpolate2d& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  const TensorSpec& x = signature.inputs[0];
  outputs[0].layout = x.layout;
  const Planes from(x.shape, x.layout);
  const Planes to(outputs[0].shape, x.layout);
  const bool nearest = op.mode == Interpolation::nearest;
  const auto all_rows = sources(op.mode, op.align_corners, from.height, to.height);
  const auto all_columns = sources(op.mode, op.align_corners, from.width, to.width);
  return make_plan(std::move(outputs), [=, rows = all_rows, columns = all_columns](
                                           std::span<const Tensor> inputs, std::span<Tensor> results) {
    const float* in = inputs[0].raw<float>();
    float* out = results[0].mutable_raw<float>();
    const std::int64_t in_row = from.width * from.lanes;
    const std::int64_t out_row = to.width * to.lanes;
    parallel_for(
        0, to.count * to.height, elementwise_grain / out_row + 1, [&](std::int64_t begin, std::int64_t end) {
          std::vector<float> between(nearest ? 0 : static_cast<std::size_t>(in_row));
          for (std::int64_t i = begin; i < end; ++i) {
            const float* plane = in + i / to.height * from.height * in_row;
            const Source& row = rows[static_cast<std::size_t>(i % to.height)];
            const float* first = plane + row.first * in_row;
            if (nearest) {
              pick_pixels(first, columns, from.lanes, out + i * out_row);
              continue;
            }
            vector_kernels().blend(first, plane + row.second * in_row, row.share, between.data(), in_row);
            blend_pixels(between.data(), columns, from.lanes, out + i * out_row);
          }
        });
  });
}

// The two steps of the forward direction, backwards: each row of g is gathered into a row as wide as x, which
// is then shared out between the two rows that it was blended from.
PlanPointer plan(const Interpolate2dGradient& op, const Signature& signature,
                 std::vector<TensorSpec> outputs) {
  const TensorSpec& g = signature.inputs[0];
  outputs[0].layout = g.layout;
  const Planes to(outputs[0].shape, g.layout);
  const Planes from(g.shape, g.layout);
  const bool nearest = op.mode == Interpolation::nearest;
  const auto all_rows = sources(op.mode, op.align_corners, to.height, from.height);
  const auto all_columns = sources(op.mode, op.align_corners, to.width, from.width);
  return make_plan(std::move(outputs), [=, rows = all_rows, columns = all_columns](
                                           std::span<const Tensor> inputs, std::span<Tensor> results) {
    const float* in = inputs[0].raw<float>();
    float* out = results[0].mutable_raw<float>();
    const std::int64_t stride = to.lanes;
    const std::int64_t cost = (from.height * from.width + to.height * to.width) * stride;
    for_each_plane_part(to, cost, [&](std::int64_t plane, std::int64_t lane, std::int64_t lanes) {
      std::vector<float> row(static_cast<std::size_t>(to.width * lanes));
      const float* g_row = in + plane * from.height * from.width * stride + lane;
      float* gx = out + plane * to.height * to.width * stride + lane;
      for (std::int64_t i = 0; i < to.height * to.width; ++i) std::fill_n(gx + i * stride, lanes, 0.0F);
      for (const Source& source : rows) {
        std::ranges::fill(row, 0.0F);
        return_pixels(nearest, g_row, columns, stride, lanes, row.data());
        add_row(row.data(), 1.0F - source.share, to.width, lanes, stride,
                gx + source.first * to.width * stride);
        if (!nearest) {
          add_row(row.data(), source.share, to.width, lanes, stride, gx + source.second * to.width * stride);
        }
        g_row += from.width * stride;
      }
    });
  });
}

} // namespace mammo::cpu
