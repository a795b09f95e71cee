#pragma once

#include "mammo/core/tensor.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace mammo::image {

struct ScatteringOptions {
  int scales = 3;       ///< J: features are means over about 2^J pixels; 1 to 10
  int orientations = 8; ///< L: of wavelets over half a turn; 1 to 32
  int order = 2;        ///< 1, or 2 for wavelets of wavelets' moduli, too
};

/// Which wavelets a feature went through: the first `order` of each array count.
struct ScatteringPath {
  int order = 0;
  std::array<int, 2> scale{};       ///< j: the wavelet's width is 2^j pixels
  std::array<int, 2> orientation{}; ///< 0 to L - 1
};

namespace detail {
/// A filter that is real in Fourier space, where it is not 0: rows `top` on and columns `left` on, counted
/// from frequency 0 and negative below it.
struct FourierPatch {
  std::int64_t top = 0;
  std::int64_t left = 0;
  Tensor values; ///< f32 [rows, columns]
};
} // namespace detail

/// Wavelet scattering (Bruna and Mallat, "Invariant scattering convolution networks", IEEE Trans. PAMI 35(8),
/// 2013, eq. 8 and 9): a picture's low-pass, the low-passes of the moduli of its Morlet wavelet transforms,
/// and of the moduli of theirs at larger scales. Features of texture that hardly change when the picture is
/// shifted or bent a little.
///
/// Filters and margins are those of kymatio's Scattering2D (0.3): the picture is continued by its mirror
/// image, and its features are those of every 2^J-th pixel.
class Scattering {
 public:
  /// For pictures of height x width, each 2^J to 4096. Throws ArgumentError on sizes or options out of range.
  /// Keeps about 1.5 f32 a pixel and orientation.
  Scattering(std::int64_t height, std::int64_t width, const ScatteringOptions& options = {});

  /// In the order of the result: order 0, then order 1 by scale and orientation, then order 2 by those of the
  /// first wavelet and of the second.
  const std::vector<ScatteringPath>& paths() const { return paths_; }

  /// `picture`: u8, u16 or f32 [height, width]. Returns f32 [paths, height / 2^J, width / 2^J], rounded down,
  /// in the picture's grey values. Throws ShapeError or TypeError on another picture. The bits do not depend
  /// on the number of threads.
  Tensor operator()(const Tensor& picture) const;

 private:
  std::size_t index(int scale, int orientation) const;
  const detail::FourierPatch& wavelet(int scale, int orientation) const;

  std::int64_t height_;
  std::int64_t width_;
  ScatteringOptions options_;
  std::int64_t padded_height_;
  std::int64_t padded_width_;
  std::vector<ScatteringPath> paths_;
  detail::FourierPatch low_pass_;
  std::vector<detail::FourierPatch> wavelets_; ///< by scale, then orientation
};

} // namespace mammo::image
