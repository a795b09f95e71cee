#pragma once

#include "mammo/backend/vocabulary/common.hpp"

#include <string_view>
#include <tuple>

namespace mammo {

enum class PoolKind : std::uint8_t { max, average };

/// x [N, C, H, W] -> [N, C, OH, OW], OH = (H + 2 padding - dilation (KH - 1) - 1) / stride + 1. Padding never
/// wins a maximum; it counts as zeros in an average only where `count_padding`.
struct Pool2d {
  static constexpr std::string_view name = "pool2d";
  PoolKind kind = PoolKind::max;
  Size2d kernel = 1;
  Size2d stride = 1;
  Size2d padding = 0;
  Size2d dilation = 1;
  bool count_padding = true;

  auto fields() const {
    return std::tuple(kind, kernel.height, kernel.width, stride.height, stride.width, padding.height,
                      padding.width, dilation.height, dilation.width, count_padding);
  }
};

/// [x [N, C, input], for a maximum], g like the result of `pool` -> gradient of x. Of equal maxima in a
/// window the first, row by row, takes all of it; a NaN counts as the largest.
struct Pool2dGradient {
  static constexpr std::string_view name = "pool2d_gradient";
  Pool2d pool{};
  Size2d input = 0;

  auto fields() const { return std::tuple_cat(pool.fields(), std::tuple(input.height, input.width)); }
};

/// x [N, C, H, W] -> [N, C, output]: row i covers input rows floor(i H / OH) to ceil((i + 1) H / OH).
struct AdaptivePool2d {
  static constexpr std::string_view name = "adaptive_pool2d";
  PoolKind kind = PoolKind::average;
  Size2d output = 1;

  auto fields() const { return std::tuple(kind, output.height, output.width); }
};

/// [x [N, C, input], for a maximum], g [N, C, OH, OW] -> gradient of x, maxima as in Pool2dGradient.
struct AdaptivePool2dGradient {
  static constexpr std::string_view name = "adaptive_pool2d_gradient";
  PoolKind kind = PoolKind::average;
  Size2d input = 0;

  auto fields() const { return std::tuple(kind, input.height, input.width); }
};

enum class Interpolation : std::uint8_t { nearest, bilinear };

/// x [N, C, H, W] -> [N, C, output]. nearest takes source row floor(i H / OH); bilinear maps pixel centres,
/// or, with `align_corners`, corners onto corners.
struct Interpolate2d {
  static constexpr std::string_view name = "interpolate2d";
  Interpolation mode = Interpolation::nearest;
  Size2d output{};
  bool align_corners = false;

  auto fields() const { return std::tuple(mode, output.height, output.width, align_corners); }
};

/// The adjoint of Interpolate2d: g [N, C, OH, OW] -> gradient of x [N, C, input].
struct Interpolate2dGradient {
  static constexpr std::string_view name = "interpolate2d_gradient";
  Interpolation mode = Interpolation::nearest;
  Size2d input{};
  bool align_corners = false;

  auto fields() const { return std::tuple(mode, input.height, input.width, align_corners); }
};

} // namespace mammo
