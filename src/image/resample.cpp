#include "mammo/image/resample.hpp"

#include "image/geometry_kernels.hpp"
#include "image/grey.hpp"
#include "image/kernels.hpp"
#include "mammo/core/threads.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace mammo::image {
namespace {

// Where along one axis of the picture each canvas pixel looks: between `index` and the next, weights for
// both; a neighbour outside of the picture has weight 0.
struct LinearTap {
  std::int64_t index = 0;
  std::int64_t next = 0;
  float weight = 0;
  float next_weight = 0;
};

std::vector<LinearTap> linear_taps(std::int64_t picture_size, std::int64_t canvas_size, double scale) {
  std::vector<LinearTap> taps(static_cast<std::size_t>(canvas_size));
  const double half_picture = static_cast<double>(picture_size) / 2;
  const double half_canvas = static_cast<double>(canvas_size) / 2;
  for (std::int64_t i = 0; i < canvas_size; ++i) {
    const double position = (static_cast<double>(i) - half_canvas) / scale + half_picture;
    const double below = std::floor(position);
    LinearTap& tap = taps[static_cast<std::size_t>(i)];
    if (below < -1 || below >= static_cast<double>(picture_size)) continue;
    tap.index = static_cast<std::int64_t>(below);
    tap.next = tap.index + 1;
    tap.next_weight = static_cast<float>(position - below);
    tap.weight = 1 - tap.next_weight;
    if (tap.index < 0) {
      tap.index = 0;
      tap.weight = 0;
    }
    if (tap.next >= picture_size) {
      tap.next = tap.index;
      tap.next_weight = 0;
    }
  }
  return taps;
}

} // namespace

AreaTaps area_taps(std::int64_t old_size, std::int64_t new_size) {
  // In units of 1/new_size of an old pixel, old pixel j is [j new_size, (j+1) new_size] and new pixel i is
  // [i old_size, (i+1) old_size]: whole numbers, so that coverage is exact.
  const auto first_covered = [&](std::int64_t i) { return i * old_size / new_size; };
  const auto end_covered = [&](std::int64_t i) { return ((i + 1) * old_size + new_size - 1) / new_size; };
  AreaTaps result;
  for (std::int64_t i = 0; i < new_size; ++i) {
    result.taps = std::max(result.taps, end_covered(i) - first_covered(i));
  }
  result.starts.resize(static_cast<std::size_t>(new_size));
  result.weights.resize(static_cast<std::size_t>(new_size * result.taps));
  for (std::int64_t i = 0; i < new_size; ++i) {
    const std::int64_t start = std::min(first_covered(i), old_size - result.taps);
    result.starts[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(start);
    std::int64_t given = 0;
    for (std::int64_t k = 0; k < result.taps; ++k) {
      // Rounding what is covered so far, not each part, makes the weights sum to one.
      const std::int64_t covered =
          std::clamp((start + k + 1) * new_size - i * old_size, std::int64_t{0}, old_size);
      const std::int64_t so_far = (covered * (1 << 16) + old_size) / (2 * old_size);
      result.weights[static_cast<std::size_t>(i * result.taps + k)] =
          static_cast<std::uint16_t>(so_far - given);
      given = so_far;
    }
  }
  return result;
}

Tensor resize_area(const Tensor& grey, std::int64_t height, std::int64_t width) {
  const Tensor source = dense_grey(grey, "resize_area");
  require<ArgumentError>(height >= 1 && width >= 1 && height <= longest_side && width <= longest_side,
                         "resize_area: new size ", height, " x ", width, ", expected 1 to ", longest_side);
  Tensor result = Tensor::empty({height, width}, {.dtype = DType::u8});
  kernels::resize_area({source.data<std::uint8_t>().data(), source.size(0), source.size(1)},
                       area_taps(source.size(0), height), area_taps(source.size(1), width),
                       result.mutable_data<std::uint8_t>().data());
  return result;
}

AffineTransform canvas_fit(std::int64_t height, std::int64_t width, const CanvasOptions& options) {
  require<ShapeError>(height >= 1 && width >= 1, "canvas_fit: a picture of ", height, " x ", width,
                      ", expected at least one pixel");
  require<ArgumentError>(options.height >= 1 && options.width >= 1 && options.height <= longest_side &&
                             options.width <= longest_side,
                         "fit_to_canvas: canvas of ", options.height, " x ", options.width,
                         ", expected 1 to ", longest_side);
  require<ArgumentError>(options.max_scale > 0 && std::isfinite(options.max_scale),
                         "fit_to_canvas: max_scale ", options.max_scale, ", expected above 0");
  const auto h = static_cast<double>(height);
  const auto w = static_cast<double>(width);
  const auto canvas_h = static_cast<double>(options.height);
  const auto canvas_w = static_cast<double>(options.width);
  const double scale = std::min({canvas_h / h, canvas_w / w, options.max_scale});
  return {scale, 0, (canvas_w + 1 - scale * (w + 1)) / 2, 0, scale, (canvas_h + 1 - scale * (h + 1)) / 2};
}

FittedPicture fit_to_canvas(const Tensor& grey, const CanvasOptions& options) {
  const Tensor source = dense_grey(grey, "fit_to_canvas");
  FittedPicture result;
  result.to_canvas = canvas_fit(source.size(0), source.size(1), options);
  result.scale = result.to_canvas.matrix()[0];
  const std::int64_t picture_width = source.size(1);
  const std::vector<LinearTap> rows = linear_taps(source.size(0), options.height, result.scale);
  const std::vector<LinearTap> columns = linear_taps(picture_width, options.width, result.scale);
  result.canvas = Tensor::empty({options.height, options.width}, {.dtype = DType::u8});
  const std::uint8_t* in = source.data<std::uint8_t>().data();
  std::uint8_t* out = result.canvas.mutable_data<std::uint8_t>().data();
  parallel_for(0, options.height, 16, [&](std::int64_t first, std::int64_t last) {
    std::vector<float> line(static_cast<std::size_t>(picture_width));
    for (std::int64_t y = first; y < last; ++y) {
      const LinearTap& row = rows[static_cast<std::size_t>(y)];
      const std::uint8_t* upper = in + row.index * picture_width;
      const std::uint8_t* lower = in + row.next * picture_width;
      for (std::int64_t x = 0; x < picture_width; ++x) {
        line[static_cast<std::size_t>(x)] =
            row.weight * static_cast<float>(upper[x]) + row.next_weight * static_cast<float>(lower[x]);
      }
      for (std::int64_t x = 0; x < options.width; ++x) {
        const LinearTap& column = columns[static_cast<std::size_t>(x)];
        const float value = column.weight * line[static_cast<std::size_t>(column.index)] +
                            column.next_weight * line[static_cast<std::size_t>(column.next)];
        out[y * options.width + x] = static_cast<std::uint8_t>(value + 0.5F);
      }
    }
  });
  return result;
}

} // namespace mammo::image
