#include "mammo/image/full_range.hpp"

#include "image/levels_picture.hpp"
#include "mammo/core/threads.hpp"

#include <algorithm>

namespace mammo::image {
namespace {

// Pixels that a thread should have at least.
constexpr std::int64_t grain = 1 << 18;

bool falls(const Film& film) {
  const bool inverted = (film.photometric == Photometric::monochrome1) != film.presentation_inverse;
  return inverted != (!film.modality_lut && film.rescale_slope < 0);
}

template <class T>
Tensor turned(const Film& film, bool falling) {
  const std::int64_t lowest = film.is_signed() ? -(std::int64_t{1} << (film.bits - 1)) : 0;
  const std::int64_t highest = (std::int64_t{1} << film.bits) - 1;
  const Tensor stored = film.stored.contiguous();
  Tensor result = Tensor::empty(stored.shape(), {.dtype = DType::u16});
  const T* from = stored.data<T>().data();
  std::uint16_t* to = result.mutable_data<std::uint16_t>().data();
  parallel_for(0, stored.numel(), grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const auto value = static_cast<std::int64_t>(from[i]);
      const std::int64_t level = std::clamp<std::int64_t>(value - lowest, 0, highest);
      const bool padding = film.padding && value >= film.padding->low && value <= film.padding->high;
      to[i] = static_cast<std::uint16_t>(padding ? 0 : falling ? highest - level : level);
    }
  });
  return result;
}

} // namespace

Levels levels_of(const Film& film) {
  require<ArgumentError>(film.bits >= 1 && film.bits <= 16, "film of ", film.bits, " bits, expected 1 to 16");
  const bool falling = falls(film);
  const bool as_they_are = !falling && !film.padding;
  switch (film.stored.dtype()) {
  case DType::u8: return {as_they_are ? film.stored : turned<std::uint8_t>(film, falling), film.bits};
  case DType::u16: return {as_they_are ? film.stored : turned<std::uint16_t>(film, falling), film.bits};
  case DType::i32: return {turned<std::int32_t>(film, falling), film.bits};
  default: throw TypeError(concat("film of ", film.stored.dtype(), ", expected u8, u16 or i32"));
  }
}

std::vector<std::uint16_t> full_range_table(int bits) {
  require<ArgumentError>(bits >= 1 && bits <= 16, "full range from ", bits, " bits, expected 1 to 16");
  const std::uint32_t highest = (1U << bits) - 1;
  std::vector<std::uint16_t> table(std::size_t{highest} + 1);
  for (std::uint32_t value = 0; value <= highest; ++value) {
    table[value] = static_cast<std::uint16_t>((value * std::uint64_t{65535} + highest / 2) / highest);
  }
  return table;
}

Tensor to_full_range(const Tensor& picture, int bits) {
  const Tensor source = dense_levels(picture, "to_full_range");
  const std::vector<std::uint16_t> table = full_range_table(bits);
  Tensor result = Tensor::empty(source.shape(), {.dtype = DType::u16});
  std::uint16_t* to = result.mutable_data<std::uint16_t>().data();
  with_pixels(source, [&](const auto* from) {
    parallel_for(0, source.numel(), grain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        require<ArgumentError>(from[i] < table.size(), "to_full_range: a pixel of ", int{from[i]},
                               ", expected values of ", bits, " bits");
        to[i] = table[from[i]];
      }
    });
  });
  return result;
}

} // namespace mammo::image
