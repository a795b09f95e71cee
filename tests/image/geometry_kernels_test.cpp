// The loops of resizes and warps in Halide against the plain ones.

#include "image/geometry_kernels.hpp"
#include "tests/image/formula_pictures.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::image;
using namespace mammo::test;

#if MAMMO_WITH_HALIDE

namespace {

// Taps that overlap, whose weights are negative, too.
ResizeTaps some_taps(std::int64_t old_size, std::int64_t new_size, std::int64_t taps) {
  ResizeTaps result;
  result.taps = taps;
  for (std::int64_t i = 0; i < new_size; ++i) {
    const std::int64_t start = new_size == 1 ? 0 : i * (old_size - taps) / (new_size - 1);
    result.starts.push_back(static_cast<std::int32_t>(start));
  }
  for (std::int64_t i = 0; i < taps * new_size; ++i)
    result.weights.push_back(static_cast<float>(noise_at(i, taps) - 50) / 80.0F);
  return result;
}

Tensor picture_of(DType dtype, std::int64_t height, std::int64_t width) {
  const Tensor noise = noise_picture(height, width).to(dtype);
  if (dtype == DType::u8) return noise;
  Tensor larger = Tensor::empty(noise.shape(), {.dtype = dtype});
  const Tensor values = noise.to(DType::f64);
  for (std::int64_t i = 0; i < noise.numel(); ++i) {
    const double value = values.data<double>()[static_cast<std::size_t>(i)] * 257;
    if (dtype == DType::u16) {
      larger.mutable_raw<std::uint16_t>()[i] = static_cast<std::uint16_t>(value);
    } else {
      larger.mutable_raw<float>()[i] = static_cast<float>(value / 1000 - 20);
    }
  }
  return larger;
}

bool same_bits(const Tensor& a, const Tensor& b) {
  bool same = false;
  with_values(a, "compared", [&]<class T>(const T* pixels) {
    same = std::equal(pixels, pixels + a.numel(), b.data<T>().data());
  });
  return same;
}

constexpr std::array dtypes{DType::u8, DType::u16, DType::f32};

} // namespace

TEST_CASE("resizes in Halide give the plain loops' bits") {
  for (const DType dtype : dtypes) {
    for (const auto& [h, w, new_h, new_w, taps] :
         std::vector<std::array<std::int64_t, 5>>{{120, 300, 40, 100, 6},
                                                  {64, 64, 64, 64, 1},
                                                  {65, 129, 9, 127, 17},
                                                  {3, 200, 5, 80, 3},
                                                  {33, 90, 70, 300, 2},
                                                  {40, 63, 20, 63, 4}}) {
      CAPTURE(dtype, h, w, new_h, new_w, taps);
      const Tensor picture = picture_of(dtype, h, w);
      const ResizeTaps rows = some_taps(h, new_h, taps);
      const ResizeTaps columns = some_taps(w, new_w, taps);
      Tensor expected = Tensor::empty({new_h, new_w}, {.dtype = dtype});
      Tensor actual = Tensor::empty({new_h, new_w}, {.dtype = dtype});
      plain::resize(picture, rows, columns, expected);
      halide::resize(picture, rows, columns, actual);
      CHECK(same_bits(expected, actual));
    }
  }
}

TEST_CASE("warps in Halide give the plain loops' bits, inside of the picture, at its edge and outside") {
  constexpr std::int64_t height = 9;
  constexpr std::int64_t width = 150;
  std::vector<float> bends(2 * height * width);
  for (std::size_t i = 0; i < bends.size(); ++i)
    bends[i] = static_cast<float>(noise_at(static_cast<std::int64_t>(i), 3)) / 40.0F;
  for (const DType dtype : dtypes) {
    const Tensor picture = picture_of(dtype, 50, 70);
    for (const auto& m : std::vector<std::array<double, 6>>{{1, 0, 0, 0, 1, 0},
                                                            {0.9, 0.3, -5, -0.2, 1.1, 7},
                                                            {0.3, -0.7, 40, 0.5, 0.4, -20},
                                                            {3.1, 0, -100, 0, 2.9, 10},
                                                            {1, 0, 1e12, 0, 1, -1e15}}) {
      for (const std::int64_t samples : {1, 3}) {
        for (const bool bent : {false, true}) {
          CAPTURE(dtype, m[0], m[2], samples, bent);
          const WarpRows rows{picture,
                              m,
                              {12.5, 20},
                              samples,
                              2,
                              7.25F,
                              bent ? bends.data() : nullptr,
                              bent ? &bends[height * width] : nullptr};
          std::vector<float> expected(height * width);
          std::vector<float> actual(expected.size());
          plain::warp_bilinear(rows, height, width, expected.data());
          halide::warp_bilinear(rows, height, width, actual.data());
          CHECK(expected == actual);
        }
      }
    }
  }
}

#endif
