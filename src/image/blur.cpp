#include "mammo/image/blur.hpp"

#include "image/gaussian_kernel.hpp"
#include "image/grey.hpp"
#include "image/kernels.hpp"
#include "image/mirrored.hpp"

#include <cmath>
#include <cstring>
#include <vector>

namespace mammo::image {
namespace {

Tensor mirror_padded(const Tensor& grey, std::int64_t radius) {
  const std::int64_t height = grey.size(0);
  const std::int64_t width = grey.size(1);
  const std::int64_t padded_width = width + 2 * radius;
  Tensor padded = Tensor::empty({height + 2 * radius, padded_width}, {.dtype = DType::u8});
  const std::uint8_t* in = grey.data<std::uint8_t>().data();
  std::uint8_t* out = padded.mutable_data<std::uint8_t>().data();
  for (std::int64_t y = 0; y < height + 2 * radius; ++y) {
    const std::uint8_t* line = in + mirrored(y - radius, height) * width;
    std::uint8_t* to = out + y * padded_width;
    std::memcpy(to + radius, line, static_cast<std::size_t>(width));
    for (std::int64_t i = 0; i < radius; ++i) {
      to[i] = line[mirrored(i - radius, width)];
      to[radius + width + i] = line[mirrored(width + i, width)];
    }
  }
  return padded;
}

} // namespace

Tensor gaussian_blur(const Tensor& grey, double sigma) {
  const Tensor source = dense_grey(grey, "gaussian_blur");
  require<ArgumentError>(sigma >= 0.3 && sigma <= 40, "gaussian_blur: sigma ", sigma, ", expected 0.3 to 40");
  const auto radius = static_cast<std::int64_t>(std::lrint(sigma * 6 + 1)) / 2;
  const std::vector<std::uint16_t> kernel = gaussian_256ths(sigma, radius);
  const Tensor padded = mirror_padded(source, radius);
  Tensor result = Tensor::empty(source.shape(), {.dtype = DType::u8});
  kernels::blur({padded.data<std::uint8_t>().data(), padded.size(0), padded.size(1)}, kernel,
                result.mutable_data<std::uint8_t>().data());
  return result;
}

} // namespace mammo::image
