#include "mammo/image/film.hpp"

#include <algorithm>
#include <cstdint>

namespace mammo::image {
namespace {

struct Range {
  std::int64_t low;
  std::int64_t high;
};

template <class T>
Range range_of(const Tensor& tensor) {
  const auto values = tensor.data<T>();
  T low = values[0];
  T high = values[0];
  for (const T value : values) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  return {low, high};
}

Range range_of(const Tensor& tensor) {
  switch (tensor.dtype()) {
  case DType::u8: return range_of<std::uint8_t>(tensor);
  case DType::u16: return range_of<std::uint16_t>(tensor);
  case DType::i32: return range_of<std::int32_t>(tensor);
  default: throw TypeError(concat("film of ", tensor.dtype(), ", expected u8, u16 or i32"));
  }
}

} // namespace

int depth_for(std::int64_t largest) {
  for (const int bits : {8, 10, 12, 14, 16}) {
    if (largest < std::int64_t{1} << bits) return bits;
  }
  throw ArgumentError(concat("pixel value ", largest, ", expected at most 65535"));
}

Film film_from_pixels(Tensor stored, int bits, Photometric photometric) {
  require<ShapeError>(stored.defined() && stored.rank() == 2 && stored.numel() > 0, "film of shape ",
                      stored.shape(), ", expected [height, width], not empty");
  Film film;
  film.stored = stored.contiguous();
  film.photometric = photometric;
  film.format = "pixels in memory";
  const bool is_signed = film.is_signed();
  const Range range = range_of(film.stored);
  if (bits == 0) {
    // A signed film needs one bit more than its largest magnitude.
    const std::int64_t largest = is_signed ? 2 * std::max(range.high, -(range.low + 1)) + 1 : range.high;
    bits = depth_for(largest);
  }
  require<ArgumentError>(bits >= 1 && bits <= 16, "depth of ", bits, " bits, expected 1 to 16");
  const std::int64_t low = is_signed ? -(std::int64_t{1} << (bits - 1)) : 0;
  const std::int64_t high = low + (std::int64_t{1} << bits) - 1;
  require<ArgumentError>(range.low >= low && range.high <= high, "pixel values ", range.low, " to ",
                         range.high, " do not fit into ", bits, " bits: expected ", low, " to ", high);
  film.bits = bits;
  return film;
}

} // namespace mammo::image
