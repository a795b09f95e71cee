#include "mammo/image/orientation.hpp"

#include "image/levels_picture.hpp"
#include "mammo/core/threads.hpp"

#include <algorithm>
#include <numeric>

namespace mammo::image {
namespace {

// Rows that a thread should have at least.
constexpr std::int64_t grain = 64;

// 2^16 pixels of 16 bits still fit.
constexpr std::int64_t piece = 1 << 16;

template <class T>
std::uint64_t sum_of(const T* pixels, std::int64_t count, std::uint16_t& bits_used) {
  std::uint64_t total = 0;
  for (std::int64_t first = 0; first < count; first += piece) {
    std::uint32_t sum = 0;
    T bits = 0;
    for (std::int64_t x = first; x < std::min(first + piece, count); ++x) {
      sum += pixels[x];
      bits = static_cast<T>(bits | pixels[x]);
    }
    total += sum;
    bits_used = static_cast<std::uint16_t>(bits_used | bits);
  }
  return total;
}

} // namespace

std::uint64_t HalfSums::left_total() const {
  return std::accumulate(left.begin(), left.end(), std::uint64_t{0});
}

std::uint64_t HalfSums::right_total() const {
  return std::accumulate(right.begin(), right.end(), std::uint64_t{0});
}

HalfSums half_sums(const Tensor& picture) {
  const Tensor source = dense_levels(picture, "half_sums");
  const std::int64_t height = source.size(0);
  const std::int64_t width = source.size(1);
  HalfSums sums;
  sums.left.resize(static_cast<std::size_t>(height));
  sums.right.resize(static_cast<std::size_t>(height));
  std::vector<std::uint16_t> bits(static_cast<std::size_t>(height));
  with_pixels(source, [&](const auto* pixels) {
    parallel_for(0, height, grain, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t y = first; y < last; ++y) {
        const auto row = static_cast<std::size_t>(y);
        const auto* line = pixels + y * width;
        sums.left[row] = sum_of(line, width / 2, bits[row]);
        sums.right[row] = sum_of(line + width / 2, width - width / 2, bits[row]);
      }
    });
  });
  for (const std::uint16_t used : bits) sums.bits_used = static_cast<std::uint16_t>(sums.bits_used | used);
  return sums;
}

bool breast_is_right(const HalfSums& sums) {
  return sums.left_total() < sums.right_total();
}

Tensor flip_horizontally(const Tensor& picture) {
  const Tensor source = dense_levels(picture, "flip_horizontally");
  const std::int64_t width = source.size(1);
  Tensor result = Tensor::empty(source.shape(), {.dtype = source.dtype()});
  with_pixels(source, [&]<class T>(const T* from) {
    T* to = result.mutable_data<T>().data();
    parallel_for(0, source.size(0), grain, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t y = first; y < last; ++y) {
        std::reverse_copy(from + y * width, from + (y + 1) * width, to + y * width);
      }
    });
  });
  return result;
}

} // namespace mammo::image
