#include "mammo/core/layout.hpp"

#include "mammo/core/error.hpp"

namespace mammo {

std::string_view name(Layout layout) {
  switch (layout) {
  case Layout::row_major: return "row_major";
  case Layout::channels_last: return "channels_last";
  case Layout::nChw8c: return "nChw8c";
  case Layout::nChw16c: return "nChw16c";
  }
  return "?";
}

std::ostream& operator<<(std::ostream& out, Layout layout) {
  return out << name(layout);
}

std::int64_t block_size(Layout layout) {
  if (layout == Layout::nChw8c) return 8;
  if (layout == Layout::nChw16c) return 16;
  return 1;
}

std::int64_t storage_numel(const Shape& shape, Layout layout) {
  if (layout == Layout::row_major) return numel(shape);
  require<ShapeError>(shape.rank() == 4, "layout ", layout, " of shape ", shape, ", expected rank 4");
  numel(shape); // throws on a negative size, which rounding up to blocks could hide
  const std::int64_t block = block_size(layout);
  const std::int64_t blocks = shape[1] / block + (shape[1] % block > 0 ? 1 : 0);
  return numel({shape[0], blocks, shape[2], shape[3], block});
}

std::int64_t storage_offset(const Shape& shape, Layout layout, std::int64_t n, std::int64_t c, std::int64_t h,
                            std::int64_t w) {
  const std::int64_t channels = shape[1];
  const std::int64_t height = shape[2];
  const std::int64_t width = shape[3];
  if (layout == Layout::row_major) return ((n * channels + c) * height + h) * width + w;
  if (layout == Layout::channels_last) return ((n * height + h) * width + w) * channels + c;
  const std::int64_t block = block_size(layout);
  const std::int64_t blocks = (channels + block - 1) / block;
  return (((n * blocks + c / block) * height + h) * width + w) * block + c % block;
}

} // namespace mammo
