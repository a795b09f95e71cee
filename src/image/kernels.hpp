#pragma once

#include <cstdint>
#include <vector>

// The two loops that take most of the time of preprocessing, on raw pictures: dense rows of bytes. Each
// exists as plain C++ and, where the library is built with Halide, as a kernel made ahead of time from
// kernels/halide/. Both compute in integers and give the same bits.

namespace mammo::image {

/// For each new pixel along one axis, which old ones it covers and by how much: old pixels `starts[i]` to
/// `starts[i] + taps - 1`, with `weights[i * taps + k]` / 2^15, which sum to one.
struct AreaTaps {
  std::int64_t taps = 0;
  std::vector<std::int32_t> starts;
  std::vector<std::uint16_t> weights;
};

AreaTaps area_taps(std::int64_t old_size, std::int64_t new_size);

struct GreyView {
  const std::uint8_t* pixels = nullptr;
  std::int64_t height = 0;
  std::int64_t width = 0;
};

/// `out`: [rows.starts.size(), columns.starts.size()].
using AreaKernel = void (*)(const GreyView& in, const AreaTaps& rows, const AreaTaps& columns,
                            std::uint8_t* out);
/// Convolution of `padded`, which is kernel.size() - 1 larger than `out` in both directions, with
/// `kernel` / 2^8 along both axes.
using BlurKernel = void (*)(const GreyView& padded, const std::vector<std::uint16_t>& kernel,
                            std::uint8_t* out);

namespace plain {
void resize_area(const GreyView& in, const AreaTaps& rows, const AreaTaps& columns, std::uint8_t* out);
void blur(const GreyView& padded, const std::vector<std::uint16_t>& kernel, std::uint8_t* out);
} // namespace plain

#if MAMMO_WITH_HALIDE
namespace halide {
/// Throw mammo::Error with Halide's message where a kernel refuses its arguments.
void resize_area(const GreyView& in, const AreaTaps& rows, const AreaTaps& columns, std::uint8_t* out);
void blur(const GreyView& padded, const std::vector<std::uint16_t>& kernel, std::uint8_t* out);
} // namespace halide
namespace kernels = halide;
#else
namespace kernels = plain;
#endif

} // namespace mammo::image
