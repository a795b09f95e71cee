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

} // namespace

PlanPointer plan(const Interpolate2d& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  const TensorSpec& x = signature.inputs[0];
  outputs[0].layout = x.layout;
  const Planes from(x.shape, x.layout);
  const Planes to(outputs[0].shape, x.layout);
  const bool nearest = op.mode == Interpolation::nearest;
  const auto sources = [&](std::int64_t in, std::int64_t out) {
    return nearest ? nearest_sources(in, out) : bilinear_sources(in, out, op.align_corners);
  };
  return make_plan(std::move(outputs), [=, rows = sources(from.height, to.height),
                                        columns = sources(from.width, to.width)](
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

} // namespace mammo::cpu
