#include "mammo/image/point_operations.hpp"

#include "image/grey.hpp"
#include "image/levels_picture.hpp"
#include "mammo/core/threads.hpp"

namespace mammo::image {
namespace {

// Pixels that a thread should have at least.
constexpr std::int64_t grain = 1 << 18;

template <class From, class To, class Value>
void each_pixel(std::int64_t pixels, const From* from, To* to, const Value& value) {
  parallel_for(0, pixels, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) to[i] = static_cast<To>(value(from[i]));
  });
}

} // namespace

Tensor zero_up_to(const Tensor& picture, int level) {
  const Tensor source = dense_levels(picture, "zero_up_to");
  require<ArgumentError>(level >= 0 && level <= 65535, "zero_up_to: level ", level, ", expected 0 to 65535");
  Tensor result = Tensor::empty(source.shape(), {.dtype = source.dtype()});
  with_pixels(source, [&]<class T>(const T* from) {
    each_pixel(source.numel(), from, result.mutable_data<T>().data(),
               [=](T value) { return value <= level ? 0 : value; });
  });
  return result;
}

Tensor to_8_bit(const Tensor& picture, Overflow overflow) {
  const Tensor source = dense_levels(picture, "to_8_bit");
  require<TypeError>(source.dtype() == DType::u16, "to_8_bit: a picture of ", source.dtype(),
                     ", expected u16");
  Tensor result = Tensor::empty(source.shape(), {.dtype = DType::u8});
  const std::uint16_t* from = source.data<std::uint16_t>().data();
  std::uint8_t* to = result.mutable_data<std::uint8_t>().data();
  const int highest = overflow == Overflow::saturate ? 255 : 257;
  each_pixel(source.numel(), from, to,
             [=](std::uint16_t value) { return value / 255 < highest ? value / 255 : highest; });
  return result;
}

Tensor threshold(const Tensor& grey, int level) {
  const Tensor source = dense_grey(grey, "threshold");
  require<ArgumentError>(level >= 0 && level <= 255, "threshold: level ", level, ", expected 0 to 255");
  Tensor result = Tensor::empty(source.shape(), {.dtype = DType::u8});
  each_pixel(source.numel(), source.data<std::uint8_t>().data(), result.mutable_data<std::uint8_t>().data(),
             [=](std::uint8_t value) { return value > level ? 255 : 0; });
  return result;
}

Tensor keep_inside(const Tensor& picture, const Tensor& mask) {
  const Tensor source = dense_levels(picture, "keep_inside");
  const Tensor inside = dense_grey(mask, "keep_inside");
  require<ShapeError>(source.shape() == inside.shape(), "keep_inside: a picture of ", source.shape(),
                      " and a mask of ", inside.shape(), ", expected the same shape");
  Tensor result = Tensor::empty(source.shape(), {.dtype = source.dtype()});
  const std::uint8_t* keep = inside.data<std::uint8_t>().data();
  with_pixels(source, [&]<class T>(const T* from) {
    T* to = result.mutable_data<T>().data();
    parallel_for(0, source.numel(), grain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) to[i] = keep[i] != 0 ? from[i] : T{0};
    });
  });
  return result;
}

} // namespace mammo::image
